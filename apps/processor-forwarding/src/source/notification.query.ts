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
import { requestFactsOf, type RequestFacts } from '../mail/request-facts.js';
import type { QueuedNotification } from '../queue/item.js';
import { SealedValues, type Opened } from './sealed-values.query.js';
import { readWhole } from './streams.js';

/** The address, and the fields read together with it. */
interface Addressee {
  readonly email: Opened<string>;
  readonly language: Locale | undefined;
  readonly more?: Partial<
    Pick<Notification, 'about' | 'byEmailOnly' | 'order' | 'caseSubject' | 'openedBy'> &
      Pick<OpenedNotification, 'request'>
  >;
  readonly digests?: readonly string[];
}

/** Without the links and the names of the register, which are added when the mail is written. */
export type OpenedNotification = Omit<
  Notification,
  'certificateToken' | 'copyToken' | 'request' | 'unsubscribeToken'
> & { readonly request: RequestFacts | null };

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
      request: requestFactsOf(read.history),
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
    const identified = asked.find(({ type }) => type === 'RequesterIdentified')?.data['method'];
    const more = { about, byEmailOnly: identified === 'confirmedEmail', request: requestFactsOf(asked) };
    // What an officer entered goes where the letter or the call said. Otherwise a customer may have moved since.
    const address = identified === 'byOfficer' ? null : await this.account(customer);
    if (address !== null) return { ...address, more };
    // The request's own address outlives the keys of the person.
    const noted = asked.findLast(({ type }) => type === 'RequesterAddressNoted');
    const opened = noted && addressed(await this.sealed.open<string>(noted, 'email'), localeOf(noted));
    const reached = opened ?? (await this.account(customer)) ?? (await this.confirmed(asked));
    return reached && { ...reached, more };
  }

  /** The address that a requester without an account confirmed. */
  private async confirmed(asked: readonly RecordedEvent[]): Promise<Addressee | null> {
    const confirmed = asked.findLast(({ type }) => type === 'ConfirmationAsked');
    if (confirmed === undefined) return null;
    return addressed(await this.sealed.open<string>(confirmed, 'email'), localeOf(confirmed));
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
