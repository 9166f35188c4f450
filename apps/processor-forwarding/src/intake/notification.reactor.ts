import { streamCategory, streamId, type AnyDelivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { mailProcessorId } from '../mail/mail-provider.js';
import { notificationEvents, notificationKinds, notificationsAbout, type NotificationName } from '../mail/notification-kinds.js'; // prettier-ignore
import { ForwardingRequests, intakeGroup as group } from './forwarding-requests.js';

/** An event -> its notifications, queued in the person's lane. Their contents are read when they are sent. */
@Controller()
export class NotificationReactor {
  constructor(private readonly requests: ForwardingRequests) {}

  @Handles(notificationEvents, { group })
  async happened(@Payload() event: AnyDelivered, @Ctx() context: EventContext<EntityManager>): Promise<void> {
    const { dataSubjectId } = event.metadata;
    if (dataSubjectId === null) return;
    for (const name of notificationsAbout(event.type)) {
      const { purpose, fields } = notificationKinds[name];
      await this.requests.request(event, dataSubjectId, context.transaction, {
        processorId: mailProcessorId,
        kind: 'sendMail',
        key: keyOf(name, event),
        orderId: streamCategory(event.stream) === 'order' ? streamId(event.stream) : null,
        purposes: [{ purpose, fields }],
        notification: { name, stream: event.stream, revision: String(event.revision) },
      });
    }
  }
}

/** However often an existing account is registered again, its owner gets one notification a day. */
const keyOf = (name: NotificationName, { eventId, metadata }: Pick<AnyDelivered, 'eventId' | 'metadata'>): string =>
  name === 'registrationRepeated'
    ? `${name}/${metadata.dataSubjectId}/${metadata.recordedAt.slice(0, 10)}`
    : `${name}/${eventId}`;
