import { Clock } from '@dittoo/kernel';
import { ContactDirectory, EmailIndex } from '@dittoo/personal-data';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { Customers } from '../person/customers.query.js';
import { ParkedOfPerson, parkedRecheckMs } from '../person/parked-of-person.js';
import { SubjectStreams } from '../person/subject-streams.js';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import { stepsOf, type RequestSteps } from '../rights-request/request-steps.js';
import type { ErasureScope, KnownRequest } from '../rights-request/rights-request.js';
import { ErasedKeys } from './erased-keys.js';
import { ErasureScopes } from './erasure-scopes.query.js';
import { OtherRequests } from './other-requests.js';

/** How soon an erasure checks again whether another one of the same person has ended. */
const otherErasureMs = 1_000;
/** How soon it checks again whether identity has closed the account. */
const accountClosesMs = 200;

/**
 * An approved erasure -> fence -> recipients asked -> answered -> keys destroyed -> verified -> answered. The keys of the
 * addresses that answers go to are destroyed after them.
 *
 * Called by a task's performer: it reads from the events which steps are done and takes the next ones. The retained
 * data is decided from the person's streams, read to their end before the fence and again before the destruction; while
 * one of them is parked, both wait. The process may die between any two steps: each is safe to repeat, and until the
 * last one the request is shown as `executing`.
 */
@Injectable()
export class ErasureExecution {
  constructor(
    private readonly commands: Commands,
    private readonly subjects: DataSubjects,
    private readonly keys: ErasedKeys,
    private readonly emails: EmailIndex,
    private readonly contacts: ContactDirectory,
    private readonly customers: Customers,
    private readonly others: OtherRequests,
    private readonly streams: SubjectStreams,
    private readonly parked: ParkedOfPerson,
    private readonly scopes: ErasureScopes,
    private readonly clock: Clock,
    @Inject(RIGHTS_CONFIG) private readonly config: RightsConfig,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  /**
   * Takes all steps that are possible now.
   *
   * @returns when to call it again; `null` = nothing is left to do, or it waits for an officer
   */
  async advance(requestId: string): Promise<string | null> {
    const steps = await stepsOf(this.commands, requestId);
    if (steps === null) return null;
    const now = this.clock.now();
    const unfenced = await this.fence(requestId, steps, now);
    if (unfenced !== null) return unfenced.until;
    const answers = await this.waitForRecipients(steps, now);
    return 'until' in answers ? answers.until : this.destroy(requestId, steps, answers, now);
  }

  /** Sets the fence; does nothing once recipients were asked, because the fence came before. */
  private async fence(requestId: string, steps: RequestSteps, now: string): Promise<Wait | null> {
    const { contextOf, request, subjectId } = steps;
    if (request.status === 'executing') return null;
    if (request.executeAfter > now) return { until: request.executeAfter };
    const confirmed = await this.confirm(requestId, steps, request, now);
    if ('until' in confirmed) return confirmed;
    if (confirmed.status === 'referred') return { until: null };
    const fencedBy = await this.subjects.fence(subjectId, requestId, contextOf('fence'));
    // Another request does the erasure, and ends this one afterwards.
    return fencedBy === requestId ? null : { until: later(now, otherErasureMs) };
  }

  private async waitForRecipients({ step }: RequestSteps, now: string): Promise<Wait | KnownRequest> {
    const processorIds = Object.keys(this.register.processors);
    const answerBy = later(now, this.config.recipientDeadlineMs);
    const request = await step({ type: 'AskRecipients', processorIds, answerBy });
    if (!Object.values(request.recipients).includes('asked')) return request;
    if (request.status === 'executing' && now < request.answerBy) return { until: request.answerBy };
    return step({ type: 'GiveUpOnRecipients' });
  }

  private async destroy(
    requestId: string,
    steps: RequestSteps,
    request: KnownRequest,
    now: string,
  ): Promise<string | null> {
    const { contextOf, step, subjectId } = steps;
    // Identity closes the account on the fence's event: from then on nothing is sealed under the keys to destroy.
    if ((await this.customers.of(subjectId))?.status === 'registered') return later(now, accountClosesMs);
    // Judged once more before the irreversible step.
    const confirmed = await this.confirm(requestId, steps, request, now);
    if ('until' in confirmed) return confirmed.until;
    const scope = scopeOf(confirmed);
    // Everybody who asked is told, also now: the keys of those addresses go after the answers (`answer-delivery/`).
    const unanswered = await this.others.unanswered(subjectId);
    const keys = await this.keys.destroy(requestId, subjectId, scope, unanswered);
    await this.subjects.recordKeysDestroyed(subjectId, requestId, keys, scope.retain, contextOf('destroy'));
    await this.emails.forget(subjectId);
    await this.contacts.forget(subjectId);
    await this.others.endOf(subjectId, requestId);
    await this.keys.requireDestroyed(subjectId, scope, unanswered);
    await step({ type: 'VerifyErasure' });
    return null;
  }

  /** Updates the request's scope from the person's streams; does nothing while one of them is parked. */
  private async confirm(
    requestId: string,
    { step, subjectId }: RequestSteps,
    request: KnownRequest,
    now: string,
  ): Promise<Wait | KnownRequest> {
    const streams = await this.streams.of(subjectId);
    const decision = { kind: 'erasure', id: requestId };
    if (await this.parked.hasAny(subjectId, decision, streams)) return { until: later(now, parkedRecheckMs) };
    return step({ type: 'ConfirmScope', ...(await this.scopes.confirm(subjectId, streams, scopeOf(request))) });
  }
}

/** `until` = when to call it again; `null` = no task calls it again. */
interface Wait {
  readonly until: string | null;
}

const scopeOf = ({ scope }: KnownRequest): ErasureScope => {
  if (scope === null) throw new Error('the approved erasure has no scope');
  return scope;
};

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
