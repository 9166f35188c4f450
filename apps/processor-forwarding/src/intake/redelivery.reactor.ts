import type { ForwardingEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { QueueIntake } from '../queue/queue-intake.js';
import { queueTablesOf } from '../queue/queue-tables.js';
import { intakeGroup as group } from './forwarding-requests.js';

/**
 * An officer requested redelivery of a parked forwarding: its item is queued again and passes the gate like a first
 * attempt.
 */
@Controller()
export class RedeliveryReactor {
  constructor(private readonly intake: QueueIntake) {}

  @Handles('RedeliveryRequested', { group })
  async redeliveryRequested(
    @Payload() event: Delivered<ForwardingEvents, 'RedeliveryRequested'>,
    @Ctx() { transaction }: EventContext<EntityManager>,
  ): Promise<void> {
    const tables = queueTablesOf(event.data.processorId);
    if (tables === null) return;
    await this.intake.resume(transaction, tables, streamId(event.stream), event.metadata.dataSubjectId);
  }
}
