import type { ForwardingEvents } from '@dittoo/contracts';
import { Clock, type Delivered, type EventContext } from '@dittoo/kernel';
import { causedBy, Commands, Handles } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { DueTasks } from '../due-task/due-task.worker.js';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';

const group = 'rights.erasure';

/**
 * A recipient's answer to an erasure -> recorded in the request -> the erasure continues (`erasure-execution.ts`).
 *
 * The record is appended before the transaction of the rows, the task is written in it. If the process dies between the
 * two, the event is redelivered, and the request finds its record by the cause.
 */
@Controller()
export class ErasureReactor {
  constructor(
    private readonly commands: Commands,
    private readonly tasks: DueTasks,
    private readonly clock: Clock,
    @Inject(RIGHTS_CONFIG) private readonly config: RightsConfig,
  ) {}

  @Handles('ErasureAnswered', { group, reacts: true })
  async recipientAnswered(@Payload() event: Delivered<ForwardingEvents, 'ErasureAnswered'>): Promise<void> {
    const { answer: state, processorId, reason, requestId } = event.data;
    const answerBy = new Date(Date.parse(this.clock.now()) + this.config.recipientDeadlineMs).toISOString();
    const command = { type: 'RecordAnswer', answer: { processorId, state, reason }, answerBy } as const;
    await this.commands.execute(rightsRequestDecider, requestId, command, causedBy(event, group));
  }

  @Handles('ErasureAnswered', { group })
  async goOn(
    @Payload() { data }: Delivered<ForwardingEvents, 'ErasureAnswered'>,
    @Ctx() { transaction }: EventContext<EntityManager>,
  ): Promise<void> {
    await this.tasks.schedule('execution', data.requestId, this.clock.now(), transaction);
  }
}
