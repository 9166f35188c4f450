import type {
  ConsentPurpose,
  DataSubjectEvent,
  DataSubjectEvents,
  Locale,
  PersonnummerGround,
  PostalAddress,
  ProcessingStanding,
  Retention,
} from '@dittoo/contracts';
import { DomainError, isErased, type Decider } from '@dittoo/kernel';
import { evolve, initialCustomer, standingOf, type Customer, type Profile } from './customer.js';

/** What a customer may change of their profile; an absent field stays. */
export interface ProfileChanges {
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  readonly phone?: string | null | undefined;
  readonly address?: PostalAddress | null | undefined;
  readonly locale?: Locale | undefined;
}

export interface Registration {
  readonly type: 'Register';
  readonly person: DataSubjectEvents['CustomerRegistered'];
  readonly notice: { readonly version: string; readonly digest: string };
  /** `null` = the form sent no choices. */
  readonly choices: readonly { readonly purpose: ConsentPurpose; readonly given: boolean }[] | null;
  readonly personnummer: { readonly number: string; readonly ground: PersonnummerGround } | null;
}

export type CustomerCommand =
  | Registration
  | { readonly type: 'AbandonRegistration' }
  | { readonly type: 'RepeatRegistration'; readonly noticeVersion: string }
  | { readonly type: 'RectifyProfile'; readonly changes: ProfileChanges }
  | { readonly type: 'RequestEmailChange'; readonly email: string; readonly token: string; readonly expiresAt: string }
  | { readonly type: 'ConfirmEmail'; readonly token: string; readonly now: string }
  | {
      readonly type: 'RecordPersonnummer';
      readonly number: string;
      readonly ground: PersonnummerGround;
      readonly consentGiven: boolean;
      /** The removals whose keys are known to be destroyed: after another one the number would go with the old key. */
      readonly afterRemovals: number;
    }
  /** `consentStands`: of the consent it may have been recorded on. */
  | { readonly type: 'RevealPersonnummer'; readonly purpose: string; readonly consentStands: boolean }
  | { readonly type: 'RemovePersonnummer'; readonly reason: DataSubjectEvents['PersonnummerRemoved']['reason'] }
  | { readonly type: 'RestrictProcessing'; readonly requestId: string }
  /** Art. 18(3): the person is told before it ends. */
  | { readonly type: 'AnnounceLift'; readonly requestId: string; readonly liftsAt: string }
  | { readonly type: 'LiftRestriction'; readonly requestId: string; readonly now: string }
  | { readonly type: 'ObjectToProcessing'; readonly requestId: string; readonly purposes: readonly string[] }
  /** Once a day, and at once where the end is announced. */
  | { readonly type: 'RecordUse'; readonly on: string }
  | { readonly type: 'NoticeInactivity'; readonly erasesAt: string }
  /** Nobody asked: the time these keys may be kept is over. Also of a person who was erased long ago, or is no customer. */
  | { readonly type: 'RecordRetentionEnded'; readonly keys: DataSubjectEvents['SubjectKeysDestroyed']['keys'] }
  | { readonly type: 'RequestErasure'; readonly requestId: string }
  | {
      readonly type: 'RecordKeysDestroyed';
      readonly requestId: string;
      readonly keys: DataSubjectEvents['SubjectKeysDestroyed']['keys'];
      readonly retained: readonly Retention[];
    };

const decide = (command: CustomerCommand, customer: Customer): DataSubjectEvent[] => {
  switch (command.type) {
    case 'Register':
      if (customer.status === 'abandoned') throw new DomainError('conflict');
      return customer.status === 'none' ? registered(command) : [];
    case 'AbandonRegistration':
      return customer.status === 'none' ? [{ type: 'RegistrationAbandoned', data: { reason: 'neverCompleted' } }] : [];
    case 'RepeatRegistration':
      return customer.status === 'registered'
        ? [{ type: 'RegistrationRepeated', data: { noticeVersion: command.noticeVersion } }]
        : [];
    case 'RecordUse': {
      if (customer.status !== 'registered') return [];
      const { erasesAt, lastUsedOn } = customer.profile;
      const noted = erasesAt === null && lastUsedOn !== null && lastUsedOn >= command.on;
      return noted ? [] : [{ type: 'AccountUsed', data: { on: command.on } }];
    }
    case 'NoticeInactivity':
      if (customer.status !== 'registered' || customer.profile.erasesAt === command.erasesAt) return [];
      return [{ type: 'InactivityNoticed', data: { erasesAt: command.erasesAt } }];
    case 'RecordRetentionEnded':
      if (command.keys.length === 0) return [];
      return [{ type: 'SubjectKeysDestroyed', data: { requestId: null, keys: command.keys, retained: [] } }];
    case 'RequestErasure':
      if (customer.status === 'erasing' || customer.status === 'erased') return [];
      requireSomebody(customer);
      return [{ type: 'ErasureRequested', data: { requestId: command.requestId } }];
    case 'RecordKeysDestroyed': {
      if (customer.status === 'erased') return [];
      const { requestId, keys, retained } = command;
      return [{ type: 'SubjectKeysDestroyed', data: { requestId, keys, retained } }];
    }
    case 'RestrictProcessing':
    case 'AnnounceLift':
    case 'LiftRestriction':
    case 'ObjectToProcessing':
      requireSomebody(customer);
      return decideForStanding(command, standingOf(customer));
    default:
      return decideForProfile(command, profileFor(customer));
  }
};

type StandingCommand = Extract<
  CustomerCommand,
  { type: 'RestrictProcessing' | 'AnnounceLift' | 'LiftRestriction' | 'ObjectToProcessing' }
>;

const decideForStanding = (command: StandingCommand, standing: ProcessingStanding): DataSubjectEvent[] => {
  const { requestId } = command;
  if (command.type === 'ObjectToProcessing') {
    // Another request counts again: there may have been a consent since.
    const said = new Set(
      standing.objections.filter((one) => one.requestId === requestId).flatMap((one) => one.purposes),
    );
    const purposes = command.purposes.filter((purpose) => !said.has(purpose));
    return purposes.length === 0 ? [] : [{ type: 'ProcessingObjected', data: { requestId, purposes } }];
  }
  const restriction = standing.restrictions.find((one) => one.requestId === requestId);
  switch (command.type) {
    case 'RestrictProcessing':
      return restriction === undefined ? [{ type: 'ProcessingRestricted', data: { requestId } }] : [];
    case 'AnnounceLift':
      if (restriction === undefined) throw new DomainError('restriction-not-in-force');
      if (restriction.liftsAt !== null) return [];
      return [{ type: 'RestrictionLiftAnnounced', data: { requestId, liftsAt: command.liftsAt } }];
    case 'LiftRestriction': {
      if (restriction === undefined) return [];
      const told = restriction.liftsAt !== null && restriction.liftsAt <= command.now;
      if (!told) throw new DomainError('restriction-not-in-force');
      return [{ type: 'RestrictionLifted', data: { requestId } }];
    }
  }
};

type ProfileCommand = Extract<
  CustomerCommand,
  {
    type:
      | 'RectifyProfile'
      | 'RequestEmailChange'
      | 'ConfirmEmail'
      | 'RecordPersonnummer'
      | 'RevealPersonnummer'
      | 'RemovePersonnummer';
  }
>;

/**
 * Somebody whose data is held, with an account or without one: who is known by an address alone has nothing here until
 * they use a right.
 *
 * @throws DomainError `subject-erased` from the fence on, `not-found` where nobody may come any more
 */
const requireSomebody = ({ status }: Customer): void => {
  if (status === 'erasing' || status === 'erased') throw new DomainError('subject-erased');
  if (status === 'abandoned') throw new DomainError('not-found');
};

/** @throws DomainError `subject-erased` from the fence on, `not-found` where nobody ever was */
const profileFor = (customer: Customer): Profile => {
  if (customer.status === 'registered') return customer.profile;
  if (customer.status === 'erasing' || customer.status === 'erased') throw new DomainError('subject-erased');
  throw new DomainError('not-found');
};

const decideForProfile = (command: ProfileCommand, profile: Profile): DataSubjectEvent[] => {
  switch (command.type) {
    case 'RectifyProfile':
      return rectified(command.changes, profile);
    case 'RequestEmailChange': {
      const { email, token, expiresAt } = command;
      // Their own address may be asked too, once: whether it is really theirs.
      const known = email === profile.email && profile.emailConfirmed;
      return known ? [] : [{ type: 'EmailChangeRequested', data: { email, token, expiresAt } }];
    }
    case 'ConfirmEmail': {
      const change = profile.emailChange;
      if (
        change === null ||
        isErased(change.email) ||
        change.token !== command.token ||
        change.expiresAt <= command.now
      )
        throw new DomainError('invalid-confirmation-token');
      const confirmed = { type: 'EmailConfirmed', data: { at: command.now } } as const;
      if (change.email === profile.email) return [confirmed];
      return [{ type: 'EmailRectified', data: { email: change.email } }, confirmed];
    }
    case 'RecordPersonnummer': {
      const { number, ground } = command;
      if (ground === 'consent' && !command.consentGiven) throw new DomainError('personnummer-ground-not-allowed');
      if (command.afterRemovals !== profile.personnummerRemovals) throw new DomainError('conflict');
      const same = profile.personnummer?.number === number && profile.personnummer.ground === ground;
      return same ? [] : [{ type: 'PersonnummerRecorded', data: { number, ground } }];
    }
    case 'RevealPersonnummer':
      if (profile.personnummer === null) throw new DomainError('personnummer-not-recorded');
      // Withdrawn while an invoice still needs it: kept for that alone.
      if (profile.personnummer.ground === 'consent' && !command.consentStands)
        throw new DomainError('personnummer-ground-not-allowed');
      return [{ type: 'PersonnummerRevealed', data: { purpose: command.purpose } }];
    case 'RemovePersonnummer':
      if (profile.personnummer === null) throw new DomainError('personnummer-not-recorded');
      return [{ type: 'PersonnummerRemoved', data: { reason: command.reason } }];
  }
};

const registered = ({ person, notice, choices, personnummer }: Registration): DataSubjectEvent[] => {
  const shown = { noticeVersion: notice.version, noticeDigest: notice.digest, language: person.locale };
  const consented = choices?.some(({ purpose, given }) => purpose === 'personnummer' && given) === true;
  if (personnummer?.ground === 'consent' && !consented) throw new DomainError('personnummer-ground-not-allowed');
  return [
    { type: 'CustomerRegistered', data: person },
    { type: 'NoticeAcknowledged', data: shown },
    ...(choices === null ? [] : [{ type: 'ConsentChoicesCollected', data: { choices, ...shown } } as const]),
    ...(personnummer === null ? [] : [{ type: 'PersonnummerRecorded', data: personnummer } as const]),
  ];
};

/** One event for each thing that changed; the same value again changes nothing. */
const rectified = (changes: ProfileChanges, profile: Profile): DataSubjectEvent[] => {
  const events: DataSubjectEvent[] = [];
  const givenName = changes.givenName ?? profile.givenName;
  const familyName = changes.familyName ?? profile.familyName;
  if (givenName !== profile.givenName || familyName !== profile.familyName) {
    events.push({ type: 'NameRectified', data: { givenName, familyName } });
  }
  const { phone, address, locale } = changes;
  if (phone !== undefined && phone !== profile.phone) events.push({ type: 'PhoneRectified', data: { phone } });
  if (address !== undefined && !sameAddress(address, profile.address)) {
    events.push({ type: 'AddressRectified', data: { address } });
  }
  if (locale !== undefined && locale !== profile.locale) events.push({ type: 'LocaleChosen', data: { locale } });
  return events;
};

const sameAddress = (one: PostalAddress | null, other: Profile['address']): boolean => {
  if (one === null || other === null || isErased(other)) return one === other;
  const fields = ['street', 'postalCode', 'city', 'country'] as const;
  return fields.every((field) => one[field] === other[field]);
};

export const customerDecider: Decider<CustomerCommand, Customer, DataSubjectEvent> = {
  category: 'dataSubject',
  initialState: initialCustomer,
  decide,
  evolve,
};
