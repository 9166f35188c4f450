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

/** How soon an erasure looks again whether another one of the same person is through. */
const otherErasureMs = 1_000;
/** How soon it looks again whether identity has closed the account. */
const accountClosesMs = 200;

/**
 * An erasure that was approved -> fence -> recipients asked -> answered -> keys destroyed -> verified.
 *
 * Called by a task's performer: it reads from the events how far the erasure has come and takes the next steps. What stays
 * is judged from the person's streams, read to their end once for the fence and once more for the destruction; while one
 * of them is parked neither comes. It may die between any two steps: each changes nothing when it is taken twice, and
 * until the last one the request is shown as `executing`.
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
   * Takes the erasure as far as it goes now.
   *
   * @returns when to come again; `null` = nothing is left to do, or it waits for an officer
   */
  async advance(requestId: string): Promise<string | null> {
    const steps = await stepsOf(this.commands, requestId);
    if (steps === null) return null;
    const now = this.clock.now();
    const unfenced = await this.fence(requestId, steps, now);
    if (unfenced !== null) return unfenced.until;
    const asked = await this.askRecipients(steps, now);
    return 'until' in asked ? asked.until : this.destroy(requestId, steps, asked, now);
  }

  /** Nothing once recipients were asked: the fence came before the question. */
  private async fence(requestId: string, steps: RequestSteps, now: string): Promise<Wait | null> {
    const { contextOf, request, subjectId } = steps;
    if (request.status === 'executing') return null;
    if (request.executeAfter > now) return { until: request.executeAfter };
    const confirmed = await this.confirm(requestId, steps, request, now);
    if ('until' in confirmed) return confirmed;
    if (confirmed.status === 'referred') return { until: null };
    const fencedBy = await this.subjects.fence(subjectId, requestId, contextOf('fence'));
    // Another request does the erasure, and ends this one when it is through.
    return fencedBy === requestId ? null : { until: later(now, otherErasureMs) };
  }

  private async askRecipients({ step }: RequestSteps, now: string): Promise<Wait | KnownRequest> {
    const processorIds = Object.keys(this.register.processors);
    const answerBy = later(now, this.config.recipientDeadlineMs);
    const asked = await step({ type: 'AskRecipients', processorIds, answerBy });
    if (!Object.values(asked.recipients).includes('asked')) return asked;
    if (asked.status === 'executing' && now < asked.answerBy) return { until: asked.answerBy };
    return step({ type: 'GiveUpOnRecipients' });
  }

  private async destroy(
    requestId: string,
    steps: RequestSteps,
    request: KnownRequest,
    now: string,
  ): Promise<string | null> {
    const { contextOf, step, subjectId } = steps;
    // Identity closes the account when it hears of the fence: from then on nothing is sealed under the keys that go.
    if ((await this.customers.of(subjectId))?.status === 'registered') return later(now, accountClosesMs);
    // Judged once more before what cannot be undone.
    const confirmed = await this.confirm(requestId, steps, request, now);
    if ('until' in confirmed) return confirmed.until;
    const scope = scopeOf(confirmed);
    const keys = await this.keys.destroy(requestId, subjectId, scope);
    await this.subjects.recordKeysDestroyed(subjectId, requestId, keys, scope.retain, contextOf('destroy'));
    await this.emails.forget(subjectId);
    await this.contacts.forget(subjectId);
    await this.others.endOf(subjectId, requestId);
    await this.keys.requireDestroyed(subjectId, scope);
    await step({ type: 'VerifyErasure' });
    return null;
  }

  /** Says in the request what the person's streams make of its scope now; nothing while one of them is parked. */
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

/** `null` = no task brings it back. */
interface Wait {
  readonly until: string | null;
}

const scopeOf = ({ scope }: KnownRequest): ErasureScope => {
  if (scope === null) throw new Error('an erasure was approved without a scope');
  return scope;
};

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
