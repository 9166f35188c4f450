import { streamCategory, streamId, type AnyDelivered } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { mailProcessorId } from '../mail/mail-provider.js';
import { notificationKinds, notificationsAbout, type NotificationName } from '../mail/notification-kinds.js';
import { ForwardingRequests, type RequestedItem } from './forwarding-requests.js';

/** An event -> its notifications, to be queued in the person's lane. Their contents are read when they are sent. */
@Injectable()
export class NotificationRequests {
  constructor(private readonly requests: ForwardingRequests) {}

  async of(event: AnyDelivered): Promise<readonly RequestedItem[]> {
    const { dataSubjectId } = event.metadata;
    if (dataSubjectId === null) return [];
    const requested = await Promise.all(
      notificationsAbout(event.type, event.data).map((name) => {
        const { purpose, fields } = notificationKinds[name];
        return this.requests.request(event, dataSubjectId, {
          processorId: mailProcessorId,
          kind: 'sendMail',
          key: keyOf(name, event),
          orderId: streamCategory(event.stream) === 'order' ? streamId(event.stream) : null,
          purposes: [{ purpose, fields }],
          notification: { name, stream: event.stream, revision: String(event.revision) },
        });
      }),
    );
    return requested.flat();
  }
}

/** However often an existing account is registered again, its owner gets one notification a day. */
const keyOf = (name: NotificationName, { eventId, metadata }: Pick<AnyDelivered, 'eventId' | 'metadata'>): string =>
  name === 'registrationRepeated'
    ? `${name}/${metadata.dataSubjectId}/${metadata.recordedAt.slice(0, 10)}`
    : `${name}/${eventId}`;
