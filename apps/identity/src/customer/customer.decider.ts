import type {
  ConsentPurpose,
  CustomerEvent,
  CustomerEvents,
  PersonnummerGround,
  PostalAddress,
  ProfileChanges,
} from '@dittoo/contracts';
import { DomainError, isErased, type Decider, type RequestId } from '@dittoo/kernel';
import { evolve, initialCustomer, type Customer, type Profile } from './customer.js';

export interface Registration {
  readonly type: 'Register';
  readonly person: CustomerEvents['CustomerRegistered'];
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
    }
  /** `consentStands`: whether the consent to the personnummer is in force. */
  | { readonly type: 'RevealPersonnummer'; readonly purpose: string; readonly consentStands: boolean }
  | { readonly type: 'RemovePersonnummer' }
  /**
   * Nothing needs the number any more. `afterRemovals`: how many removals came before it, so that a newer number is
   * kept.
   */
  | {
      readonly type: 'EndPersonnummer';
      readonly reason: Exclude<CustomerEvents['PersonnummerRemoved']['reason'], 'customer'>;
      readonly afterRemovals: number;
      readonly consentStands: boolean;
    }
  /** At most once a day. */
  | { readonly type: 'RecordUse'; readonly on: string }
  | { readonly type: 'CloseAccount'; readonly requestId: RequestId };

const decide = (command: CustomerCommand, customer: Customer): CustomerEvent[] => {
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
      const { lastUsedOn } = customer.profile;
      const known = lastUsedOn !== null && lastUsedOn >= command.on;
      return known ? [] : [{ type: 'AccountUsed', data: { on: command.on } }];
    }
    case 'EndPersonnummer':
      return customer.status === 'registered' ? personnummerEnded(command, customer.profile) : [];
    case 'CloseAccount':
      return customer.status === 'registered'
        ? [{ type: 'AccountClosed', data: { requestId: command.requestId } }]
        : [];
    default:
      return decideForProfile(command, profileFor(customer));
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

/** @throws DomainError `subject-erased` once the account is closed, `not-found` where there was never a customer */
const profileFor = (customer: Customer): Profile => {
  if (customer.status === 'registered') return customer.profile;
  throw new DomainError(customer.status === 'closed' ? 'subject-erased' : 'not-found');
};

const decideForProfile = (command: ProfileCommand, profile: Profile): CustomerEvent[] => {
  switch (command.type) {
    case 'RectifyProfile':
      return rectified(command.changes, profile);
    case 'RequestEmailChange': {
      const { email, token, expiresAt } = command;
      // The current address may be confirmed too, once.
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
      const same = profile.personnummer?.number === number && profile.personnummer.ground === ground;
      return same ? [] : [{ type: 'PersonnummerRecorded', data: { number, ground } }];
    }
    case 'RevealPersonnummer':
      if (profile.personnummer === null) throw new DomainError('personnummer-not-recorded');
      // Consent was withdrawn while an invoice still needs the number: it is kept for the invoice alone.
      if (profile.personnummer.ground === 'consent' && !command.consentStands)
        throw new DomainError('personnummer-ground-not-allowed');
      return [{ type: 'PersonnummerRevealed', data: { purpose: command.purpose } }];
    case 'RemovePersonnummer':
      if (profile.personnummer === null) throw new DomainError('personnummer-not-recorded');
      return [{ type: 'PersonnummerRemoved', data: { reason: 'customer' } }];
  }
};

/** A consent given since, or a newer number, stops the removal. */
const personnummerEnded = (
  { afterRemovals, consentStands, reason }: Extract<CustomerCommand, { type: 'EndPersonnummer' }>,
  { personnummer, personnummerRemovals }: Profile,
): CustomerEvent[] => {
  if (personnummer === null || personnummerRemovals !== afterRemovals) return [];
  if (personnummer.ground === 'consent' && consentStands) return [];
  return [{ type: 'PersonnummerRemoved', data: { reason } }];
};

const registered = ({ person, notice, choices, personnummer }: Registration): CustomerEvent[] => {
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

/** One event for each changed field; the same value again changes nothing. */
const rectified = (changes: ProfileChanges, profile: Profile): CustomerEvent[] => {
  const events: CustomerEvent[] = [];
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

export const customerDecider: Decider<CustomerCommand, Customer, CustomerEvent> = {
  category: 'customer',
  initialState: initialCustomer,
  decide,
  evolve,
};
