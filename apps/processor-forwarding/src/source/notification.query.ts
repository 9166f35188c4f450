import { createHash } from 'node:crypto';
import type { DeliveryRecipient, Locale, OrderEvents } from '@dittoo/contracts';
import {
  EventStore,
  isEnvelope,
  streamCategory,
  streamId,
  streamName,
  type JsonObject,
  type RecordedEvent,
  type SubjectId,
} from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import type { NotificationKind } from '../mail/notification-kinds.js';
import type { Notification } from '../mail/notification.js';
import type { QueuedNotification } from '../queue/item.js';
import { SealedValues, type Opened } from './sealed-values.query.js';

/** The address, and the fields read together with it. */
interface Addressee {
  readonly email: Opened<string>;
  readonly language: Locale | undefined;
  readonly more?: Partial<Pick<Notification, 'about' | 'byEmailOnly' | 'order' | 'caseSubject' | 'openedBy'>>;
  readonly digests?: readonly string[];
}

/** Without the links, which are made when the mail is written. */
export type OpenedNotification = Omit<Notification, 'copyToken' | 'unsubscribeToken'>;

/** Opens the address and the fields of one notification at the moment it is sent, and nothing else of the streams. */
@Injectable()
export class NotificationSource {
  constructor(
    private readonly store: EventStore,
    private readonly sealed: SealedValues,
  ) {}

  /** `null` = the address or one of the fields cannot be opened any more. */
  async read(
    kind: NotificationKind,
    queued: QueuedNotification,
    subjectId: SubjectId,
  ): Promise<OpenedNotification | null> {
    const history = await this.history(queued.stream);
    const event = history.find(({ revision }) => String(revision) === queued.revision);
    if (event === undefined) throw new Error('the event of a notification is not in its stream');
    const addressee = await this.addressee(kind, event, history, subjectId);
    if (addressee === null) return null;
    const values: Record<string, string> = {};
    const digests = [addressee.email.digest, ...(addressee.digests ?? [])];
    for (const field of kind.opens) {
      const opened = await this.sealed.open<string>(event, field);
      if (opened === null) return null;
      values[field] = opened.value;
      digests.push(opened.digest);
    }
    return {
      email: addressee.email.value,
      language: localeOf(event) ?? addressee.language ?? 'sv',
      about: streamId(event.stream),
      facts: Object.fromEntries(Object.entries(event.data).filter(([, value]) => !isEnvelope(value))),
      opened: values,
      order: null,
      caseSubject: null,
      byEmailOnly: false,
      openedBy: null,
      ...addressee.more,
      digest: digests.length === 1 ? digests[0]! : createHash('sha256').update(digests.join('.')).digest('hex'),
    };
  }

  private async addressee(
    { addressee }: NotificationKind,
    event: RecordedEvent,
    history: readonly RecordedEvent[],
    subjectId: SubjectId,
  ): Promise<Addressee | null> {
    switch (addressee) {
      case 'event':
        return addressed(
          await this.sealed.open<string>(event, 'email'),
          localeOf(event) ?? (await this.localeOf(subjectId)),
        );
      case 'subscriber': {
        const asked = history.findLast(({ type }) => type === 'NewsletterSubscriptionRequested');
        return asked === undefined ? null : addressed(await this.sealed.open<string>(asked, 'email'), localeOf(asked));
      }
      case 'account':
        return this.account(subjectId);
      case 'requester':
        return this.requester(event, history, subjectId);
      case 'supportCase': {
        const opening = history.find(({ type }) => type === 'SupportCaseOpened');
        if (opening === undefined) return null;
        const subject = await this.sealed.open<string>(opening, 'subject');
        const address = addressed(await this.sealed.open<string>(opening, 'email'), localeOf(opening));
        if (subject === null || address === null) return null;
        const more = { caseSubject: subject.value, openedBy: opening.eventId };
        return { ...address, more, digests: [subject.digest] };
      }
      case 'order': {
        const placed = history.find(({ type }) => type === 'OrderPlaced');
        const recipient = placed && (await this.sealed.open<DeliveryRecipient>(placed, 'recipient'));
        if (placed === undefined || !recipient) return null;
        const data = placed.data as JsonObject & OrderEvents['OrderPlaced'];
        const { email, givenName } = recipient.value;
        const address = { value: email, digest: recipient.digest };
        return { email: address, language: data.locale, more: { order: { givenName, placed: data } } };
      }
    }
  }

  /** Reads the rights request in whose stream the event is, or that an event in the person's stream names. */
  private async requester(
    { data, stream }: RecordedEvent,
    history: readonly RecordedEvent[],
    subjectId: SubjectId,
  ): Promise<Addressee | null> {
    const own = streamCategory(stream) === 'rightsRequest';
    const about = own ? streamId(stream) : String(data['requestId']);
    const asked = own ? history : await this.history(streamName('rightsRequest', about));
    const byEmailOnly = asked.some(({ type, data: { method } }) => type === 'RequesterIdentified' && method === 'confirmedEmail'); // prettier-ignore
    const address = await this.account(subjectId);
    if (address !== null) return { ...address, more: { about, byEmailOnly } };
    const confirmed = asked.findLast(({ type }) => type === 'ConfirmationAsked' || type === 'RequesterAddressNoted');
    if (confirmed === undefined) return null;
    const opened = addressed(await this.sealed.open<string>(confirmed, 'email'), localeOf(confirmed));
    return opened && { ...opened, more: { about, byEmailOnly } };
  }

  private async history(stream: string): Promise<RecordedEvent[]> {
    const recorded: RecordedEvent[] = [];
    for await (const event of this.store.readStream(stream)) recorded.push(event);
    return recorded;
  }

  private async account(subjectId: SubjectId): Promise<Addressee | null> {
    let address: RecordedEvent | null = null;
    for await (const recorded of this.store.readStream(streamName('customer', subjectId))) {
      if (recorded.type === 'CustomerRegistered' || recorded.type === 'EmailRectified') address = recorded;
    }
    if (address === null) return null;
    return addressed(await this.sealed.open<string>(address, 'email'), await this.localeOf(subjectId));
  }

  private async localeOf(subjectId: SubjectId): Promise<Locale | undefined> {
    let locale: Locale | undefined;
    for await (const recorded of this.store.readStream(streamName('customer', subjectId))) {
      locale = localeOf(recorded) ?? locale;
    }
    return locale;
  }
}

const addressed = (email: Opened<string> | null, language: Locale | undefined): Addressee | null =>
  email === null ? null : { email, language };

/** Events have `locale` where the person chose it, and `language` where it was the page's. */
const localeOf = ({ type, data }: RecordedEvent): Locale | undefined => {
  const locale = type === 'CustomerRegistered' || type === 'LocaleChosen' ? data['locale'] : data['language'];
  return locale === 'sv' || locale === 'en' ? locale : undefined;
};
