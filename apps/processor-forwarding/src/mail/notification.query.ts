import { createHash } from 'node:crypto';
import type { DeliveryRecipient, Locale, OrderEvents } from '@dittoo/contracts';
import {
  EventStore,
  isEnvelope,
  streamCategory,
  streamId,
  streamName,
  type RecordedEvent,
  type Uuid,
} from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import type { Letter, LetterKind } from './notifications.js';
import { Source, type Opened } from '../source/source.query.js';

/** The event a letter is about, by its place: the queue keeps this and no value. */
export interface EventPlace {
  readonly stream: string;
  /** Decimal. */
  readonly revision: string;
}

/** Where the address stands, and what is known beside it. */
interface Found {
  readonly email: Opened<string>;
  readonly language: Locale | undefined;
  readonly more?: Partial<Pick<Letter, 'about' | 'byEmailOnly' | 'order' | 'caseSubject' | 'openedBy'>>;
  readonly digests?: readonly string[];
}

/** All of it but the links that are made when it is written. */
type OpenedLetter = Omit<Letter, 'copyToken' | 'unsubscribeToken'>;

/** Opens what a letter says and to whom, at the moment it is sent, and nothing else of what the streams hold. */
@Injectable()
export class LetterSource {
  constructor(
    private readonly store: EventStore,
    private readonly source: Source,
  ) {}

  /** `null` = something it says, or the address, cannot be read any more. */
  async letter(kind: LetterKind, place: EventPlace, subjectId: Uuid): Promise<OpenedLetter | null> {
    const history = await this.history(place.stream);
    const event = history.find(({ revision }) => String(revision) === place.revision);
    if (event === undefined) throw new Error('the event a letter is about is not in its stream');
    const found = await this.addressee(kind, event, history, subjectId);
    if (found === null) return null;
    const said: Record<string, string> = {};
    const digests = [found.email.digest, ...(found.digests ?? [])];
    for (const field of kind.opens) {
      const opened = await this.source.open<string>(event, field);
      if (opened === null) return null;
      said[field] = opened.value;
      digests.push(opened.digest);
    }
    return {
      email: found.email.value,
      language: localeOf(event) ?? found.language ?? 'sv',
      about: streamId(event.stream),
      facts: Object.fromEntries(Object.entries(event.data).filter(([, value]) => !isEnvelope(value))),
      said,
      order: null,
      caseSubject: null,
      byEmailOnly: false,
      openedBy: null,
      ...found.more,
      digest: digests.length === 1 ? digests[0]! : createHash('sha256').update(digests.join('.')).digest('hex'),
    };
  }

  private async addressee(
    { addressee }: LetterKind,
    event: RecordedEvent,
    history: readonly RecordedEvent[],
    subjectId: Uuid,
  ): Promise<Found | null> {
    switch (addressee) {
      case 'event':
        return found(
          await this.source.open<string>(event, 'email'),
          localeOf(event) ?? (await this.localeOf(subjectId)),
        );
      case 'subscriber': {
        const asked = history.findLast(({ type }) => type === 'NewsletterSubscriptionRequested');
        return asked === undefined ? null : found(await this.source.open<string>(asked, 'email'), localeOf(asked));
      }
      case 'account':
        return this.account(subjectId);
      case 'requester':
        return this.requester(event, history, subjectId);
      case 'supportCase': {
        const opening = history.find(({ type }) => type === 'SupportCaseOpened');
        if (opening === undefined) return null;
        const subject = await this.source.open<string>(opening, 'subject');
        const address = found(await this.source.open<string>(opening, 'email'), localeOf(opening));
        if (subject === null || address === null) return null;
        const more = { caseSubject: subject.value, openedBy: opening.eventId };
        return { ...address, more, digests: [subject.digest] };
      }
      case 'order': {
        const placed = history.find(({ type }) => type === 'OrderPlaced');
        const recipient = placed && (await this.source.open<DeliveryRecipient>(placed, 'recipient'));
        if (placed === undefined || !recipient) return null;
        const data = placed.data as unknown as OrderEvents['OrderPlaced'];
        const { email, givenName } = recipient.value;
        const address = { value: email, digest: recipient.digest };
        return { email: address, language: data.locale, more: { order: { givenName, placed: data } } };
      }
    }
  }

  /** Of the request in whose stream this happened, or that the person's own stream names. */
  private async requester(
    { data, stream }: RecordedEvent,
    history: readonly RecordedEvent[],
    subjectId: Uuid,
  ): Promise<Found | null> {
    const own = streamCategory(stream) === 'rightsRequest';
    const about = own ? streamId(stream) : String(data['requestId']);
    const asked = own ? history : await this.history(streamName('rightsRequest', about));
    const byEmailOnly = asked.some(({ type, data: { method } }) => type === 'RequesterIdentified' && method === 'confirmedEmail'); // prettier-ignore
    const address = await this.account(subjectId);
    if (address !== null) return { ...address, more: { about, byEmailOnly } };
    const confirmed = asked.findLast(({ type }) => type === 'ConfirmationAsked' || type === 'RequesterAddressNoted');
    if (confirmed === undefined) return null;
    const opened = found(await this.source.open<string>(confirmed, 'email'), localeOf(confirmed));
    return opened && { ...opened, more: { about, byEmailOnly } };
  }

  private async history(stream: string): Promise<RecordedEvent[]> {
    const recorded: RecordedEvent[] = [];
    for await (const event of this.store.readStream(stream)) recorded.push(event);
    return recorded;
  }

  private async account(subjectId: Uuid): Promise<Found | null> {
    let address: RecordedEvent | null = null;
    for await (const recorded of this.store.readStream(streamName('dataSubject', subjectId))) {
      if (recorded.type === 'CustomerRegistered' || recorded.type === 'EmailRectified') address = recorded;
    }
    if (address === null) return null;
    return found(await this.source.open<string>(address, 'email'), await this.localeOf(subjectId));
  }

  private async localeOf(subjectId: Uuid): Promise<Locale | undefined> {
    let locale: Locale | undefined;
    for await (const recorded of this.store.readStream(streamName('dataSubject', subjectId))) {
      locale = localeOf(recorded) ?? locale;
    }
    return locale;
  }
}

const found = (email: Opened<string> | null, language: Locale | undefined): Found | null =>
  email === null ? null : { email, language };

/** The contracts say it as `locale` where it is the person's, as `language` where it is the page's. */
const localeOf = ({ type, data }: RecordedEvent): Locale | undefined => {
  const said = type === 'CustomerRegistered' || type === 'LocaleChosen' ? data['locale'] : data['language'];
  return said === 'sv' || said === 'en' ? said : undefined;
};
