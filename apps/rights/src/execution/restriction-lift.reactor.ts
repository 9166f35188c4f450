import type { DataSubjectEvents } from '@dittoo/contracts';
import { Clock, derivedId, newId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Commands, Handles, type CommandContext } from '@dittoo/service';
import { Controller, type OnModuleInit } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { DueTasks } from '../due-task/due-task.worker.js';
import { isErasedMeanwhile } from '../rights-request/request-steps.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';

const group = 'rights.restrictionLift';

/**
 * Lifts a restriction at the announced time. If the process dies, the task is still due; a repeated lift changes
 * nothing.
 */
@Controller()
export class RestrictionLiftReactor implements OnModuleInit {
  constructor(
    private readonly commands: Commands,
    private readonly rights: DataSubjects,
    private readonly tasks: DueTasks,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tasks.perform('restrictionLift', (requestId) => this.lift(requestId));
  }

  @Handles('RestrictionLiftAnnounced', { group })
  async announced(
    @Payload() event: Delivered<DataSubjectEvents, 'RestrictionLiftAnnounced'>,
    @Ctx() { transaction }: EventContext<EntityManager>,
  ): Promise<void> {
    const { liftsAt, requestId } = event.data;
    await this.tasks.schedule('restrictionLift', requestId, liftsAt, transaction);
  }

  private async lift(requestId: string): Promise<null> {
    const { history } = await this.commands.load(rightsRequestDecider, requestId);
    const subjectId = history[0]?.recorded.metadata.dataSubjectId ?? null;
    if (subjectId === null) return null;
    await this.rights.lift(subjectId, requestId, contextOf(requestId, subjectId)).catch((error: unknown) => {
      if (!isErasedMeanwhile(error)) throw error; // an erased person has nothing left to restrict
    });
    // The last notice about the request has gone: its address is needed no more.
    await this.tasks.schedule('answerDelivery', requestId, this.clock.now());
    return null;
  }
}

const contextOf = (requestId: string, subjectId: string): CommandContext => ({
  dataSubjectId: subjectId,
  actor: { kind: 'system', id: 'rights.restrictionLift' },
  correlationId: newId(),
  causationId: derivedId('restrictionLift', requestId),
  traceparent: null,
  noticeVersion: null,
});
