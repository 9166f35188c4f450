import {
  evolveStanding,
  unrestricted,
  type CustomerEvent,
  type DataSubjectEvents,
  type Locale,
  type PersonnummerGround,
  type PostalAddress,
  type ProcessingStanding,
} from '@dittoo/contracts';
import {
  DomainError,
  EventStore,
  isErased,
  recordedAs,
  Sealer,
  streamName,
  type Personal,
  type RecordedEvent,
  type SubjectId,
} from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';

/** A customer's current data, opened; used during one command only. */
export interface CustomerSnapshot {
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly phone: string | null;
  readonly address: PostalAddress | null;
  readonly locale: Locale;
  /** The legal ground of the recorded personnummer; `null` = none is recorded. The number itself is not opened. */
  readonly personnummerGround: PersonnummerGround | null;
}

type Snapshot = { readonly [Field in keyof CustomerSnapshot]: Personal<CustomerSnapshot[Field]> };

/** Reads the customer's own stream, as identity writes it. Opens the fields an order copies and no others. */
@Injectable()
export class Customers {
  constructor(
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  /** @throws DomainError `subject-erased`; `not-found` where no such customer ever existed */
  async snapshot(customerId: SubjectId): Promise<CustomerSnapshot> {
    const wanted: RecordedEvent[] = [];
    if ((await this.standing(customerId)).erasing) throw new DomainError('subject-erased');
    for await (const event of this.store.readStream(streamName('customer', customerId))) {
      if (event.type === 'AccountClosed') throw new DomainError('subject-erased');
      if (copied.has(event.type)) wanted.push(withoutSecrets(event));
    }
    const opened = await this.sealer.open<CustomerEvent>(wanted);
    const found = opened.reduce<Snapshot | null>((snapshot, { event }) => evolve(snapshot, event), null);
    if (found === null) throw new DomainError('not-found');
    if (Object.values(found).some(isErased)) throw new DomainError('subject-erased');
    return found as CustomerSnapshot;
  }

  /** Whether processing of the customer's data is restricted (art. 18), read from the stream and therefore current. */
  async isRestricted(customerId: SubjectId): Promise<boolean> {
    return (await this.standing(customerId)).restrictions.length > 0;
  }

  private async standing(customerId: SubjectId): Promise<ProcessingStanding> {
    let standing = unrestricted;
    for await (const event of this.store.readStream(streamName('dataSubject', customerId))) {
      standing = evolveStanding(standing, recordedAs<DataSubjectEvents>(event));
    }
    return standing;
  }
}

const copied: ReadonlySet<string> = new Set<CustomerEvent['type']>([
  'CustomerRegistered',
  'NameRectified',
  'PhoneRectified',
  'AddressRectified',
  'LocaleChosen',
  'EmailRectified',
  'PersonnummerRecorded',
  'PersonnummerRemoved',
]);

/** An order needs neither the password's hash nor the personnummer, so they are not opened. */
const withoutSecrets = (event: RecordedEvent): RecordedEvent => {
  if (event.type !== 'CustomerRegistered' && event.type !== 'PersonnummerRecorded') return event;
  const { passwordHash: _hash, number: _number, ...data } = event.data;
  return { ...event, data };
};

const evolve = (snapshot: Snapshot | null, event: CustomerEvent): Snapshot | null => {
  if (event.type === 'CustomerRegistered') {
    const { givenName, familyName, email, phone, address, locale } = event.data;
    return { givenName, familyName, email, phone, address, locale, personnummerGround: null };
  }
  if (snapshot === null) return null;
  switch (event.type) {
    case 'NameRectified':
    case 'PhoneRectified':
    case 'AddressRectified':
    case 'LocaleChosen':
    case 'EmailRectified':
      return { ...snapshot, ...event.data };
    case 'PersonnummerRecorded':
      return { ...snapshot, personnummerGround: event.data.ground };
    case 'PersonnummerRemoved':
      return { ...snapshot, personnummerGround: null };
    default:
      return snapshot;
  }
};
