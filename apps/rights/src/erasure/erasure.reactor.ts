import type { ForwardingEvents } from '@dittoo/contracts';
import { Clock, type Delivered } from '@dittoo/kernel';
import { causedBy, Commands, Handles } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DueTasks } from '../due-task/due-task.worker.js';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';

const group = 'rights.erasure';

/**
 * A recipient has answered an erasure -> the request notes it -> the erasure goes on (`erasure-execution.ts`).
 *
 * Acts before the transaction of the rows. Dies anywhere: the event comes again, the request finds its note by the cause,
 * and a task that is scheduled twice is performed once more.
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
    const now = this.clock.now();
    const answerBy = new Date(Date.parse(now) + this.config.recipientDeadlineMs).toISOString();
    const command = { type: 'RecordAnswer', answer: { processorId, state, reason }, answerBy } as const;
    await this.commands.execute(rightsRequestDecider, requestId, command, causedBy(event, group));
    await this.tasks.schedule('execution', requestId, now);
  }
}
