import type { DataSubjectEvents } from '@dittoo/contracts';
import type { Delivered, EventContext } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Handles } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { requestNotifications } from '../mail/notification-kinds.js';
import { QueueIntake } from '../queue/queue-intake.js';
import { ForwardingRequests, intakeGroup as group, onRecord, type RequestedItem } from './forwarding-requests.js';

type Requested = Delivered<DataSubjectEvents, 'ErasureRequested'>;

/**
 * An erasure cancels the person's queued items and queues an erasure request for every processor in the register,
 * including those that never received anything: each has to answer.
 */
@Controller()
export class ErasureReactor {
  constructor(
    private readonly requests: ForwardingRequests,
    private readonly intake: QueueIntake,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Handles('ErasureRequested', { group, reacts: true })
  async erasureRequested(@Payload() event: Requested): Promise<readonly RequestedItem[]> {
    const { requestId } = event.data;
    // Nothing is sent: the answer follows from the register, or from what this service deletes itself.
    const intent = { kind: 'eraseSubject', key: requestId, orderId: null, purposes: [], requestId } as const;
    const requested = await Promise.all(
      Object.keys(this.register.processors).map((processorId) =>
        this.requests.request(event, event.metadata.dataSubjectId, { processorId, ...intent }),
      ),
    );
    return requested.flat();
  }

  /** Keeps its place among the intents: what was asked for before it is queued first, and then cancelled. */
  @Handles('ErasureRequested', { group })
  async cancelQueued(
    @Payload() _event: Requested,
    @Ctx() { acted, transaction, written }: EventContext<EntityManager, readonly RequestedItem[]>,
  ): Promise<void> {
    await written();
    for (const { item, tables } of onRecord(acted))
      await this.intake.queueErasure(transaction, tables, item, requestNotifications);
  }
}
