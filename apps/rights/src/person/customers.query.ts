import type { CustomerEvent, CustomerEvents, PersonnummerGround } from '@dittoo/contracts';
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

/** What rights must know of a customer, sealed fields left sealed. */
export interface KnownCustomer {
  /** `closed`: the account is closed because the person is being erased, or is. */
  readonly status: 'registered' | 'closed';
  readonly personnummer: { readonly ground: PersonnummerGround } | null;
  readonly personnummerRemovals: number;
  /** The keys of the numbers recorded, and of what was said at their reveals, since the last removal. */
  readonly numberKeys: readonly string[];
  /** The keys of the numbers that were removed. */
  readonly removedNumberKeys: readonly string[];
  /** Place of the last recorded use in the log; `null` = none since the registration. */
  readonly lastUsedAt: bigint | null;
  /** The last day of use (`YYYY-MM-DD`); `null` = none since the registration. */
  readonly lastUsedOn: string | null;
}

/** Customers as identity's streams have them, read to their end: what counts is what was recorded up to this moment. */
@Injectable()
export class Customers {
  constructor(
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  /** `null` = there never was such a customer. */
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

  /** Is it a customer, and not a person known by an address alone? Also while being erased, and after. */
  async isCustomer(subjectId: Uuid): Promise<boolean> {
    return (await this.of(subjectId)) !== null;
  }

  /** Is this the address of this customer now? An entry of the index that the stream does not confirm counts for nothing. */
  async hasEmail(subjectId: Uuid, email: string): Promise<boolean> {
    let last: RecordedEvent | null = null;
    for await (const recorded of this.read(subjectId)) {
      if (recorded.type === 'AccountClosed') return false;
      if (recorded.type === 'CustomerRegistered' || recorded.type === 'EmailRectified') last = recorded;
    }
    const sealed = last?.data['email'];
    if (last === null || sealed === undefined) return false;
    const [opened] = await this.sealer.open<CustomerEvent>([{ ...last, data: { email: sealed } }]);
    const data = opened?.event.data;
    const known = data !== undefined && 'email' in data ? readable(data.email, null) : null;
    return known !== null && normalizedEmail(known) === normalizedEmail(email);
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

/** An event so new that it has no position yet stands behind all that have one. */
export const placeOf = ({ position }: RecordedEvent): bigint => (position < 0n ? newest : position);
