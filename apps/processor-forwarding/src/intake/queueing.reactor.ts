import type { AnyDelivered, EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { notificationEvents } from '../mail/notification-kinds.js';
import { ForwardingRequests, intakeGroup as group, type RequestedItem } from './forwarding-requests.js';

const commands = ['OrderPlaced', 'OrderShipped', 'OrderCancelled', 'PaymentDenied', 'RefundDecided'] as const;
const types = [...new Set([...commands, ...notificationEvents])];

/** What reactors put on record is queued, all of a page with one statement for each processor. */
@Controller()
export class QueueingReactor {
  constructor(private readonly requests: ForwardingRequests) {}

  @Handles(types, { group })
  queue(@Payload() _event: AnyDelivered, @Ctx() context: EventContext<never, readonly RequestedItem[]>): void {
    this.requests.queue(context.gather, context.acted);
  }
}
