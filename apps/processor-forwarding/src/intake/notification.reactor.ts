import { streamCategory, streamId, type AnyDelivered } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { mailProcessorId } from '../mail/mail-provider.js';
import { notificationEvents, notificationKinds, notificationsAbout, type NotificationName } from '../mail/notification-kinds.js'; // prettier-ignore
import { ForwardingRequests, intakeGroup as group, type RequestedItem } from './forwarding-requests.js';

/** An event -> its notifications, to be queued in the person's lane. Their contents are read when they are sent. */
@Controller()
export class NotificationReactor {
  constructor(private readonly requests: ForwardingRequests) {}

  @Handles(notificationEvents, { group, reacts: true })
  async happened(@Payload() event: AnyDelivered): Promise<readonly RequestedItem[]> {
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
