import type { RightsRequestEvents } from '@dittoo/contracts';
import { derivedId, streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { causedBy, Commands, Handles, type CommandContext } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { DueTasks } from '../due-task/due-task.worker.js';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import { requestKinds } from '../rights-request/request-kinds.js';
import { isErasedMeanwhile } from '../rights-request/request-steps.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import type { KnownRequest } from '../rights-request/rights-request.js';
import { JudgementFacts } from './judgement-facts.query.js';

const group = 'rights.judgement';

/**
 * The requester is identified -> the rule approves, or refers to an officer -> an approved request becomes a task. It
 * does not rely on an order between streams: the person's streams are read from the log to their end at that moment.
 *
 * If the process dies before the append, the event is redelivered; after it, the request finds its judgement by the
 * cause. The task is written together with the checkpoint.
 */
@Controller()
export class JudgementReactor {
  constructor(
    private readonly commands: Commands,
    private readonly facts: JudgementFacts,
    private readonly subjects: DataSubjects,
    private readonly tasks: DueTasks,
    @Inject(RIGHTS_CONFIG) private readonly config: RightsConfig,
  ) {}

  @Handles('RequesterIdentified', { group, reacts: true })
  async identified(@Payload() event: Delivered<RightsRequestEvents, 'RequesterIdentified'>): Promise<void> {
    const requestId = streamId(event.stream);
    const { state } = await this.commands.load(rightsRequestDecider, requestId);
    const subjectId = event.metadata.dataSubjectId;
    if (state.status === 'none' || subjectId === null) return;
    const context = causedBy(event, group);
    const facts = await this.facts.of(state, subjectId);
    const { coolingOffMs } = this.config;
    const judge = (now: string) => ({ type: 'Judge', facts, now, coolingOffMs }) as const;
    const ended = await this.endAtOnce(state, requestId, subjectId, context);
    const command = ended ? judge : ({ type: 'ConcludeErased' } as const);
    await this.commands.execute(rightsRequestDecider, requestId, command, context);
  }

  /** Schedules requests of every kind: the performer reads the approval. */
  @Handles('RequestApproved', { group })
  async approved(
    @Payload() event: Delivered<RightsRequestEvents, 'RequestApproved'>,
    @Ctx() { transaction }: EventContext<EntityManager>,
  ): Promise<void> {
    await this.tasks.schedule('execution', streamId(event.stream), event.data.executeAfter, transaction);
  }

  /** @returns `false` = the person was erased meanwhile */
  private async endAtOnce(
    { kind }: KnownRequest,
    requestId: string,
    subjectId: string,
    context: CommandContext,
  ): Promise<boolean> {
    const { endsAtOnce } = requestKinds[kind];
    if (endsAtOnce.length === 0) return true;
    const cause = { ...context, causationId: derivedId(context.causationId, 'objection') };
    try {
      await this.subjects.object(subjectId, requestId, endsAtOnce, cause);
      return true;
    } catch (error) {
      if (!isErasedMeanwhile(error)) throw error;
      return false;
    }
  }
}
