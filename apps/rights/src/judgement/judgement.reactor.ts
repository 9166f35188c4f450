import { marketingPurposes, type RightsRequestEvent, type RightsRequestEvents } from '@dittoo/contracts';
import { Clock, derivedId, streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { causedBy, Commands, Handles, type Loaded } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { Customers } from '../person/customers.query.js';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { DueTasks } from '../due-task/due-task.worker.js';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import { isSomethingHeld } from '../person/held-streams.js';
import { LegalHolds } from '../legal-hold/legal-holds.query.js';
import { Orders } from '../person/orders.query.js';
import { SubjectRetention } from '../retention/subject-retention.query.js';
import { SubjectStreams } from '../person/subject-streams.js';
import { blockersOf, erasureScope, withHolds } from '../erasure/erasure-scope.js';
import { isErasedMeanwhile } from '../rights-request/request-steps.js';
import { rightsRequestDecider, type RightsRequestCommand } from '../rights-request/rights-request.decider.js';
import type { RightsRequest } from '../rights-request/rights-request.js';

const group = 'rights.judgement';

type Identified = Exclude<RightsRequest, { status: 'none' }>;
type Context = EventContext<EntityManager>;

/**
 * Who asked is known -> the rule decides, or an officer has to -> what was approved is put down to be executed. No
 * order between streams is relied on: what the log holds of the person is read to its end at that moment.
 *
 * Dies before the append: the event comes again. Dies after it: the request finds its own judgement by its cause. The
 * task is written with the checkpoint.
 */
@Controller()
export class JudgementReactor {
  constructor(
    private readonly commands: Commands,
    private readonly customers: Customers,
    private readonly rights: DataSubjects,
    private readonly streams: SubjectStreams,
    private readonly orders: Orders,
    private readonly retention: SubjectRetention,
    private readonly holds: LegalHolds,
    private readonly tasks: DueTasks,
    private readonly clock: Clock,
    @Inject(RIGHTS_CONFIG) private readonly config: RightsConfig,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  /** Reads the log and appends, so it is outside the transaction of the rows. */
  @Handles('RequesterIdentified', { group, reacts: true })
  async identified(@Payload() event: Delivered<RightsRequestEvents, 'RequesterIdentified'>): Promise<void> {
    const requestId = streamId(event.stream);
    const loaded = await this.commands.load(rightsRequestDecider, requestId);
    if (loaded.state.status === 'none') return;
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId === null) return;
    const context = causedBy(event, group);
    let command = await this.judgement(loaded, loaded.state, subjectId);
    if (loaded.state.kind === 'objection') {
      // Absolute: nobody has to decide about marketing, and nobody may.
      const cause = { ...context, causationId: derivedId(context.causationId, 'objection') };
      const objected = this.rights.object(subjectId, requestId, marketingPurposes, cause);
      await objected.catch((error: unknown) => {
        if (!isErasedMeanwhile(error)) throw error;
        command = { type: 'ConcludeErased' };
      });
    }
    await this.commands.execute(rightsRequestDecider, requestId, command, context);
  }

  @Handles('RequestApproved', { group })
  async approved(
    @Payload() event: Delivered<RightsRequestEvents, 'RequestApproved'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    const requestId = streamId(event.stream);
    const { state } = await this.commands.load(rightsRequestDecider, requestId);
    const task = state.status !== 'none' && state.kind === 'erasure' ? 'erasure' : 'execution';
    await this.tasks.schedule(task, requestId, event.data.executeAfter, transaction);
  }

  private async judgement(
    { history }: Loaded<RightsRequest, RightsRequestEvent>,
    { kind, identifiedBy }: Identified,
    subjectId: string,
  ): Promise<RightsRequestCommand> {
    const byEmail = identifiedBy === 'confirmedEmail';
    const customer = !byEmail || (await this.customers.isCustomer(subjectId));
    const aboutWhatIsHeld = kind !== 'objection' && kind !== 'restriction';
    const streams = kind === 'erasure' || (!customer && aboutWhatIsHeld) ? await this.streams.of(subjectId) : [];
    if (!customer && aboutWhatIsHeld && !isSomethingHeld(streams)) {
      return { type: 'AnswerNothingHeld' };
    }
    const now = this.clock.now();
    const executeAfter = kind === 'erasure' ? later(now, this.config.coolingOffMs) : now;
    // Whoever reads a mailbox is not therefore the customer; to end marketing it is enough.
    const blockers = byEmail && customer && kind !== 'objection' ? ['identifiedByEmailOnly'] : [];
    switch (kind) {
      case 'erasure': {
        const orders = await this.orders.among(subjectId, streams);
        const holds = await this.holds.inForce(subjectId, now);
        const lastDays = await this.retention.among(subjectId, streams);
        const scope = withHolds(erasureScope(this.register, orders, now, [], lastDays), holds);
        return { type: 'DecideByRule', blockers: [...blockers, ...blockersOf(orders, holds)], scope, executeAfter };
      }
      case 'rectification':
        // What a person can correct themselves they do without a request.
        return { type: 'DecideByRule', blockers: [...blockers, 'decidedByOfficer'], scope: null, executeAfter };
      case 'objection': {
        const received = history[0]?.event;
        const grounds = received?.type === 'RightsRequestReceived' && received.data.detail !== null;
        return { type: 'DecideByRule', blockers: grounds ? ['ownGrounds'] : [], scope: null, executeAfter };
      }
      default:
        return { type: 'DecideByRule', blockers, scope: null, executeAfter };
    }
  }
}

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
