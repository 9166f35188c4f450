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
import { readWhole } from './streams.js';

/** The address, and the fields read together with it. */
interface Addressee {
  readonly email: Opened<string>;
  readonly language: Locale | undefined;
  readonly more?: Partial<Pick<Notification, 'about' | 'byEmailOnly' | 'order' | 'caseSubject' | 'openedBy'>>;
  readonly digests?: readonly string[];
}

/** Without the links, which are made when the mail is written. */
export type OpenedNotification = Omit<Notification, 'copyToken' | 'unsubscribeToken'>;

/** What a notification is made of, as it was read: still sealed. */
export interface ReadNotification {
  readonly event: RecordedEvent;
  /** The stream of the event. */
  readonly history: readonly RecordedEvent[];
  /** The stream of the customer; empty where nothing of it goes along. */
  readonly customer: readonly RecordedEvent[];
}

/** Reads and opens the address and the fields of one notification at the moment it is sent, and nothing else. */
@Injectable()
export class NotificationSource {
  constructor(
    private readonly store: EventStore,
    private readonly sealed: SealedValues,
  ) {}

  async read(
    { addressee }: Pick<NotificationKind, 'addressee'>,
    queued: QueuedNotification,
    subjectId: SubjectId,
  ): Promise<ReadNotification> {
    const [history, customer] = await Promise.all([
      readWhole(this.store, queued.stream),
      namesCustomer.has(addressee) ? readWhole(this.store, streamName('customer', subjectId)) : [],
    ]);
    const event = history.find(({ revision }) => String(revision) === queued.revision);
    if (event === undefined) throw new Error('the event of a notification is not in its stream');
    return { event, history, customer };
  }

  /** `null` = the address or one of the fields cannot be opened any more. */
  async open(kind: NotificationKind, read: ReadNotification): Promise<OpenedNotification | null> {
    const { event } = read;
    const [addressee, ...fields] = await Promise.all([
      this.addressee(kind, read),
      ...kind.opens.map((field) => this.sealed.open<string>(event, field)),
    ]);
    if (addressee === null) return null;
    const values: Record<string, string> = {};
    const digests = [addressee.email.digest, ...(addressee.digests ?? [])];
    for (const [index, field] of kind.opens.entries()) {
      const opened = fields[index] ?? null;
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

  private async addressee({ addressee }: NotificationKind, read: ReadNotification): Promise<Addressee | null> {
    const { customer, event, history } = read;
    switch (addressee) {
      case 'event':
        return addressed(await this.sealed.open<string>(event, 'email'), localeOf(event) ?? lastLocale(customer));
      case 'subscriber': {
        const asked = history.findLast(({ type }) => type === 'NewsletterSubscriptionRequested');
        return asked === undefined ? null : addressed(await this.sealed.open<string>(asked, 'email'), localeOf(asked));
      }
      case 'account':
        return this.account(customer);
      case 'requester':
        return this.requester(read);
      case 'supportCase': {
        const opening = history.find(({ type }) => type === 'SupportCaseOpened');
        if (opening === undefined) return null;
        const [subject, email] = await Promise.all([
          this.sealed.open<string>(opening, 'subject'),
          this.sealed.open<string>(opening, 'email'),
        ]);
        const address = addressed(email, localeOf(opening));
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
  private async requester({ customer, event, history }: ReadNotification): Promise<Addressee | null> {
    const own = streamCategory(event.stream) === 'rightsRequest';
    const about = own ? streamId(event.stream) : String(event.data['requestId']);
    const asked = own ? history : await readWhole(this.store, streamName('rightsRequest', about));
    const byEmailOnly = asked.some(({ type, data: { method } }) => type === 'RequesterIdentified' && method === 'confirmedEmail'); // prettier-ignore
    const address = await this.account(customer);
    if (address !== null) return { ...address, more: { about, byEmailOnly } };
    const confirmed = asked.findLast(({ type }) => type === 'ConfirmationAsked' || type === 'RequesterAddressNoted');
    if (confirmed === undefined) return null;
    const opened = addressed(await this.sealed.open<string>(confirmed, 'email'), localeOf(confirmed));
    return opened && { ...opened, more: { about, byEmailOnly } };
  }

  private async account(customer: readonly RecordedEvent[]): Promise<Addressee | null> {
    const address = customer.findLast(({ type }) => type === 'CustomerRegistered' || type === 'EmailRectified');
    if (address === undefined) return null;
    return addressed(await this.sealed.open<string>(address, 'email'), lastLocale(customer));
  }
}

/** Whose address or language may be the customer's. */
const namesCustomer: ReadonlySet<NotificationKind['addressee']> = new Set(['event', 'account', 'requester']);

const addressed = (email: Opened<string> | null, language: Locale | undefined): Addressee | null =>
  email === null ? null : { email, language };

const choosesLocale: ReadonlySet<string> = new Set(['RegistrationReceived', 'CustomerRegistered', 'LocaleChosen']);

/** Events have `locale` where the person chose it, and `language` where it was the page's. */
const localeOf = ({ type, data }: RecordedEvent): Locale | undefined => {
  const locale = choosesLocale.has(type) ? data['locale'] : data['language'];
  return locale === 'sv' || locale === 'en' ? locale : undefined;
};

const lastLocale = (events: readonly RecordedEvent[]): Locale | undefined =>
  events.reduce<Locale | undefined>((last, event) => localeOf(event) ?? last, undefined);
