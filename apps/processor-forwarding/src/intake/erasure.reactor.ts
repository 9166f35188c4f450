import type { DataSubjectEvents } from '@dittoo/contracts';
import type { Delivered, EventContext } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Handles } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { ForwardingRequests, intakeGroup as group } from './forwarding-requests.js';

/**
 * An erasure cancels the person's queued items and queues an erasure request for every processor in the register,
 * including those that never received anything: each has to answer.
 */
@Controller()
export class ErasureReactor {
  constructor(
    private readonly requests: ForwardingRequests,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Handles('ErasureRequested', { group })
  async erasureRequested(
    @Payload() event: Delivered<DataSubjectEvents, 'ErasureRequested'>,
    @Ctx() { transaction }: EventContext<EntityManager>,
  ): Promise<void> {
    const { requestId } = event.data;
    const subjectId = event.metadata.dataSubjectId;
    for (const processorId of Object.keys(this.register.processors)) {
      await this.requests.cancelDisclosures(event, subjectId, transaction, processorId);
      // Nothing is sent: the answer follows from the register, or from what this service deletes itself.
      await this.requests.request(event, subjectId, transaction, {
        processorId,
        kind: 'eraseSubject',
        key: requestId,
        orderId: null,
        purposes: [],
        requestId,
      });
    }
  }
}
