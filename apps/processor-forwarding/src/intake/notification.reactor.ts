import type { AnyDelivered } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { notificationEvents } from '../mail/notification-kinds.js';
import { intakeGroup as group, type RequestedItem } from './forwarding-requests.js';
import { NotificationRequests } from './notification-requests.js';
import { withCommand } from './order.reactor.js';

const types = notificationEvents.filter((type) => !withCommand.has(type));

/** An event -> its notifications. Those of an event that also asks for a payment command are requested with it. */
@Controller()
export class NotificationReactor {
  constructor(private readonly notifications: NotificationRequests) {}

  @Handles(types, { group, reacts: true })
  happened(@Payload() event: AnyDelivered): Promise<readonly RequestedItem[]> {
    return this.notifications.of(event);
  }
}
