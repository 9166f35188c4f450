import type { CustomerEvent, CustomerEvents, Locale, PersonnummerGround } from '@dittoo/contracts';
import {
  DomainError,
  EventStore,
  isEnvelope,
  readable,
  recordedAs,
  Sealer,
  streamName,
  type RecordedEvent,
  type Uuid,
} from '@dittoo/kernel';
import { normalizedEmail } from '@dittoo/personal-data';
import { Injectable } from '@nestjs/common';

/** The facts that rights needs about a customer; sealed fields stay sealed. */
export interface KnownCustomer {
  /** `closed`: because the person is being erased or was erased. */
  readonly status: 'registered' | 'closed';
  readonly personnummer: { readonly ground: PersonnummerGround } | null;
  readonly personnummerRemovals: number;
  /** The keys of the numbers recorded since the last removal, and of the reasons given at their reveals. */
  readonly numberKeys: readonly string[];
  /** The keys of removed numbers. */
  readonly removedNumberKeys: readonly string[];
  /** Position of the last recorded use in the log; `null` = none since the registration. */
  readonly lastUsedAt: bigint | null;
  /** The last day of use (`YYYY-MM-DD`); `null` = none since the registration. */
  readonly lastUsedOn: string | null;
}

/** A customer's current address. */
export interface CustomerAddress {
  readonly email: string;
  readonly language: Locale;
  /** Whether its owner has confirmed it by a mailed token. */
  readonly confirmed: boolean;
}

/** Customers from identity's streams, read to their end: everything recorded up to this moment counts. */
@Injectable()
export class Customers {
  constructor(
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  /** `null` = no such customer ever existed. */
  async of(subjectId: Uuid): Promise<KnownCustomer | null> {
    let known: KnownCustomer | null = null;
    for await (const recorded of this.read(subjectId)) known = evolve(known, recorded);
    return known;
  }

  /** @throws DomainError `subject-erased` once the account is closed, `not-found` */
  async requireRegistered(subjectId: Uuid): Promise<void> {
    const customer = await this.of(subjectId);
    if (customer === null) throw new DomainError('not-found');
    if (customer.status === 'closed') throw new DomainError('subject-erased');
  }

  /** Whether it is a customer rather than a contact. Stays `true` during and after an erasure. */
  async isCustomer(subjectId: Uuid): Promise<boolean> {
    return (await this.of(subjectId)) !== null;
  }

  /** Whether this is the customer's current address by their stream; an index entry alone is not enough. */
  async hasEmail(subjectId: Uuid, email: string): Promise<boolean> {
    const current = await this.address(subjectId);
    return current !== null && normalizedEmail(current.email) === normalizedEmail(email);
  }

  /** Whether the owner of the current address has confirmed it; also of a closed account. */
  async hasConfirmedAddress(subjectId: Uuid): Promise<boolean> {
    let confirmed = false;
    for await (const { type } of this.read(subjectId)) {
      if (type === 'CustomerRegistered') confirmed = false;
      if (type === 'EmailConfirmed' || type === 'EmailRectified') confirmed = true;
    }
    return confirmed;
  }

  /** The address for the answers to a request of the customer. */
  async answerAddress(subjectId: Uuid): Promise<Pick<CustomerAddress, 'email' | 'language'> | null> {
    const current = await this.address(subjectId);
    return current === null ? null : { email: current.email, language: current.language };
  }

  /** Where the customer is written to, in which language; `null` = closed, erased, or no customer. */
  async address(subjectId: Uuid): Promise<CustomerAddress | null> {
    let last: RecordedEvent | null = null;
    let confirmed = false;
    let language: Locale = 'sv';
    for await (const recorded of this.read(subjectId)) {
      const { type, data } = recordedAs<CustomerEvents>(recorded);
      if (type === 'AccountClosed') return null;
      if (type === 'CustomerRegistered' || type === 'LocaleChosen') language = data.locale;
      if (type === 'CustomerRegistered') [last, confirmed] = [recorded, false];
      // A new address counts only after its mailed token came back.
      if (type === 'EmailRectified') [last, confirmed] = [recorded, true];
      if (type === 'EmailConfirmed') confirmed = true;
    }
    const sealed = last?.data['email'];
    if (last === null || sealed === undefined) return null;
    const [opened] = await this.sealer.open<CustomerEvent>([{ ...last, data: { email: sealed } }]);
    const data = opened?.event.data;
    const email = data !== undefined && 'email' in data ? readable(data.email, null) : null;
    return email === null ? null : { email, language, confirmed };
  }

  private read(subjectId: Uuid): AsyncIterable<RecordedEvent> {
    return this.store.readStream(streamName('customer', subjectId));
  }
}

const newCustomer: KnownCustomer = {
  status: 'registered',
  personnummer: null,
  personnummerRemovals: 0,
  numberKeys: [],
  removedNumberKeys: [],
  lastUsedAt: null,
  lastUsedOn: null,
};

const evolve = (known: KnownCustomer | null, recorded: RecordedEvent): KnownCustomer | null => {
  const event = recordedAs<CustomerEvents>(recorded);
  if (event.type === 'CustomerRegistered') return newCustomer;
  if (known === null) return null;
  switch (event.type) {
    case 'AccountClosed':
      return { ...known, status: 'closed', personnummer: null };
    case 'AccountUsed':
      return { ...known, lastUsedAt: placeOf(recorded), lastUsedOn: event.data.on };
    case 'PersonnummerRecorded': {
      const { ground, number } = event.data;
      const numberKeys = isEnvelope(number) ? [...known.numberKeys, number.kid] : known.numberKeys;
      return { ...known, personnummer: { ground }, numberKeys };
    }
    case 'PersonnummerRevealed': {
      const { purpose } = event.data;
      return isEnvelope(purpose) ? { ...known, numberKeys: [...known.numberKeys, purpose.kid] } : known;
    }
    case 'PersonnummerRemoved':
      return {
        ...known,
        personnummer: null,
        personnummerRemovals: known.personnummerRemovals + 1,
        numberKeys: [],
        removedNumberKeys: [...known.removedNumberKeys, ...known.numberKeys],
      };
    default:
      return known;
  }
};

const newest = 2n ** 63n;

/** An event that has no position yet counts as later than all that have one. */
export const placeOf = ({ position }: RecordedEvent): bigint => (position < 0n ? newest : position);
