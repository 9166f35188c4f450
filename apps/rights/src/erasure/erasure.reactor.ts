import type { ForwardingEvents } from '@dittoo/contracts';
import { Clock, KeyRing, type Delivered, type EventContext } from '@dittoo/kernel';
import { ContactDirectory } from '@dittoo/personal-data';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { causedBy, Commands, Handles, type CommandContext } from '@dittoo/service';
import { Controller, Inject, type OnModuleInit } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { Customers } from '../person/customers.query.js';
import { DueTasks } from '../due-task/due-task.worker.js';
import { EmailIndex } from '@dittoo/personal-data';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import { SubjectRetention } from '../retention/subject-retention.query.js';
import { LegalHolds } from '../legal-hold/legal-holds.query.js';
import { Orders } from '../person/orders.query.js';
import { ParkedOfPerson, parkedRecheckMs } from '../person/parked-of-person.js';
import { blockersOf, confirmedScope, withHolds } from './erasure-scope.js';
import { OtherRequests } from './other-requests.js';
import { stepsOf } from '../rights-request/request-steps.js';
import { rightsRequestDecider, type RightsRequestCommand } from '../rights-request/rights-request.decider.js';
import type { ErasureScope, RightsRequest } from '../rights-request/rights-request.js';

const group = 'rights.erasure';

/**
 * An erasure that was approved -> fence -> recipients asked -> answered -> keys destroyed -> verified.
 *
 * The handler notes answers and writes a task beside the checkpoint; the task's performer reads from the events how far
 * the erasure has come and takes the next steps. What stays is judged from the person's streams, read to their end, and
 * while one of them is parked neither fence nor destruction comes. It may die between any two steps: each changes nothing
 * when it is taken twice, and until the last one the request is shown as `executing`.
 */
@Controller()
export class ErasureReactor implements OnModuleInit {
  constructor(
    private readonly commands: Commands,
    private readonly subjects: DataSubjects,
    private readonly keyRing: KeyRing,
    private readonly emails: EmailIndex,
    private readonly contacts: ContactDirectory,
    private readonly customers: Customers,
    private readonly others: OtherRequests,
    private readonly orders: Orders,
    private readonly retention: SubjectRetention,
    private readonly parked: ParkedOfPerson,
    private readonly holds: LegalHolds,
    private readonly tasks: DueTasks,
    private readonly clock: Clock,
    @Inject(RIGHTS_CONFIG) private readonly config: RightsConfig,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  onModuleInit(): void {
    this.tasks.perform('erasure', (requestId) => this.advance(requestId));
  }

  @Handles('ErasureAnswered', { group })
  async recipientAnswered(
    @Payload() event: Delivered<ForwardingEvents, 'ErasureAnswered'>,
    @Ctx() { transaction }: EventContext<EntityManager>,
  ): Promise<void> {
    const { answer: state, processorId, reason, requestId } = event.data;
    const now = this.clock.now();
    const answerBy = later(now, this.config.recipientDeadlineMs);
    const command = { type: 'RecordAnswer', answer: { processorId, state, reason }, answerBy } as const;
    await this.commands.execute(rightsRequestDecider, requestId, command, causedBy(event, group));
    await this.tasks.schedule('erasure', requestId, now, transaction);
  }

  /**
   * Takes the erasure as far as it goes now.
   *
   * @returns when to come again; `null` = nothing is left to do, or it waits for an officer
   */
  async advance(requestId: string): Promise<string | null> {
    const begun = await this.stepsOf(requestId);
    if (begun === null) return null;
    const { step, subjectId, request, contextOf } = begun;
    const now = this.clock.now();
    if (request.status === 'approved' && request.executeAfter > now) return request.executeAfter;

    const decision = { kind: 'erasure', id: requestId };
    if (await this.parked.hasAny(subjectId, decision)) return later(now, parkedRecheckMs);
    const before = await step(await this.confirmation(subjectId, request.scope));
    if (before.status === 'referred') return null;
    const fencedBy = await this.subjects.fence(subjectId, requestId, contextOf('fence'));
    // Another request does the erasure, and ends this one when it is through.
    if (fencedBy !== requestId) return later(now, otherErasureMs);

    const processorIds = Object.keys(this.register.processors);
    const answerBy = later(now, this.config.recipientDeadlineMs);
    const asked = await step({ type: 'AskRecipients', processorIds, answerBy });
    if (Object.values('recipients' in asked ? asked.recipients : {}).includes('asked')) {
      if (asked.status === 'executing' && now < asked.answerBy) return asked.answerBy;
      await step({ type: 'GiveUpOnRecipients' });
    }

    // Identity closes the account when it hears of the fence: from then on nothing is sealed under the keys that go.
    if ((await this.customers.of(subjectId))?.status === 'registered') return later(now, accountClosesMs);

    // The last look before what cannot be undone.
    if (await this.parked.hasAny(subjectId, decision)) return later(now, parkedRecheckMs);
    const confirmed = await step(await this.confirmation(subjectId, before.scope));
    await this.destroy(requestId, subjectId, confirmed.scope, contextOf('destroy'));
    await this.emails.forget(subjectId);
    await this.contacts.forget(subjectId);
    await this.others.endOf(subjectId, requestId);
    await this.requireDestroyed(subjectId, confirmed.scope);
    await step({ type: 'VerifyErasure' });
    return null;
  }

  /** `null` = not an erasure that is to be executed. */
  private async stepsOf(requestId: string) {
    const steps = await stepsOf(this.commands, requestId);
    if (steps === null || steps.request.kind !== 'erasure') return null;
    const { request } = steps;
    if (request.scope === null) throw new Error('an erasure was approved without a scope');
    const step = async (command: RightsRequestCommand): Promise<Executing> => {
      const state = await steps.step(command);
      if (state.scope === null) throw new Error('the request lost its scope');
      return { ...state, scope: state.scope };
    };
    return { ...steps, request: { ...request, scope: request.scope }, step };
  }

  private async confirmation(subjectId: string, scope: ErasureScope): Promise<RightsRequestCommand> {
    const orders = await this.orders.of(subjectId);
    const holds = await this.holds.inForce(subjectId, this.clock.now());
    const lastDays = await this.retention.of(subjectId);
    const confirmed = withHolds(confirmedScope(this.register, scope, orders, lastDays), holds);
    return { type: 'ConfirmScope', blockers: blockersOf(orders, holds), scope: confirmed };
  }

  private async destroy(
    requestId: string,
    subjectId: string,
    { erase, retain }: ErasureScope,
    context: CommandContext,
  ): Promise<void> {
    const spared = await this.sparedBy(subjectId, retain);
    const reason = { at: this.clock.now(), requestId, spared };
    const destroyed = await this.keyRing.destroy(subjectId, erase, reason);
    const keys = destroyed.map(({ category, fingerprint, kid }) => ({ kid, category, fingerprint }));
    await this.subjects.recordKeysDestroyed(subjectId, requestId, keys, retain, context);
  }

  /** The keys of single orders that stay, and those of before there were such. */
  private async sparedBy(subjectId: string, retain: ErasureScope['retain']): Promise<string[]> {
    const parts = retain.filter(({ scopes }) => scopes !== undefined);
    if (parts.length === 0) return [];
    return (await this.keyRing.keysOf(subjectId))
      .filter((key) =>
        parts.some(
          ({ category, scopes }) => category === key.category && (key.scope === null || scopes!.includes(key.scope)),
        ),
      )
      .map(({ kid }) => kid);
  }

  /** @throws Error a key is still usable: the erasure stays open */
  private async requireDestroyed(subjectId: string, { erase, retain }: ErasureScope): Promise<void> {
    const parts = retain.filter(({ scopes }) => scopes !== undefined).map(({ category }) => category);
    const states = await this.keyRing.states(subjectId);
    const usable: string[] = erase.filter(
      (category) => !parts.includes(category) && states.get(category) !== 'destroyed',
    );
    // Keys of single orders, comments and messages too.
    const spared = await this.sparedBy(subjectId, retain);
    const keys = await this.keyRing.keysOf(subjectId);
    usable.push(
      ...keys
        .filter(({ category, kid, state }) => state === 'active' && erase.includes(category) && !spared.includes(kid))
        .map(({ kid }) => kid),
    );
    if (usable.length > 0) throw new Error(`keys not destroyed: ${usable.join(', ')}`);
  }
}

/** How soon an erasure looks again whether another one of the same person is through. */
const otherErasureMs = 1_000;
/** How soon it looks again whether identity has closed the account. */
const accountClosesMs = 200;

type Executing = Exclude<RightsRequest, { status: 'none' }> & { readonly scope: ErasureScope };

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
