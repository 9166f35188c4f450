import type {
  CustomerEvent,
  CustomerEvents,
  PersonnummerGround,
  PostalAddress,
  ProfileChanges,
} from '@dittoo/contracts';
import { DomainError, isErased, type Decider, type RequestId } from '@dittoo/kernel';
import { awaitedEmail, evolve, initialCustomer, type Customer, type Profile } from './customer.js';
import { confirmed, received, requireProof, type Proof, type Registration } from './registration.js';

export type { Proof, Registration } from './registration.js';

export type CustomerCommand =
  | Registration
  /** Nobody confirmed it in time. */
  | { readonly type: 'EndRegistration' }
  /** Another account is confirming this address, spelled as here: what waits for it may not be confirmed any more. */
  | { readonly type: 'LeaveAddress'; readonly email: string }
  | { readonly type: 'RepeatRegistration'; readonly noticeVersion: string }
  | { readonly type: 'RectifyProfile'; readonly changes: ProfileChanges }
  | {
      readonly type: 'RequestEmailChange';
      readonly email: string;
      readonly token: string;
      readonly code: string;
      readonly expiresAt: string;
    }
  /** Of a registration or of a change. */
  | { readonly type: 'ConfirmEmail'; readonly proof: Proof; readonly now: string }
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
      return customer.status === 'none' ? received(command) : [];
    case 'EndRegistration':
      return customer.status === 'unconfirmed' ? [registrationEnded('notConfirmed')] : [];
    case 'LeaveAddress':
      return left(command.email, customer);
    case 'ConfirmEmail':
      if (customer.status === 'unconfirmed') return confirmed(customer.registration, command.proof, command.now);
      if (customer.status !== 'registered') throw new DomainError('invalid-confirmation-token');
      return emailChanged(command.proof, command.now, customer.profile);
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
    type: 'RectifyProfile' | 'RequestEmailChange' | 'RecordPersonnummer' | 'RevealPersonnummer' | 'RemovePersonnummer';
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
      const { code, email, expiresAt, token } = command;
      return email === profile.email ? [] : [{ type: 'EmailChangeRequested', data: { email, token, code, expiresAt } }];
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

const registrationEnded = (reason: CustomerEvents['RegistrationEnded']['reason']): CustomerEvent => ({
  type: 'RegistrationEnded',
  data: { reason },
});

/** @throws DomainError `invalid-confirmation-token` */
const emailChanged = (proof: Proof, now: string, { emailChange }: Profile): CustomerEvent[] => {
  if (emailChange === null || isErased(emailChange.email)) throw new DomainError('invalid-confirmation-token');
  const { email, expiresAt: until, ...question } = emailChange;
  requireProof({ ...question, until }, proof, now);
  return [
    { type: 'EmailRectified', data: { email } },
    { type: 'EmailConfirmed', data: { at: now } },
  ];
};

const left = (email: string, customer: Customer): CustomerEvent[] => {
  if (email !== awaitedEmail(customer)) return [];
  if (customer.status === 'unconfirmed') return [registrationEnded('addressTaken')];
  return [{ type: 'EmailChangeEnded', data: { reason: 'addressTaken' } }];
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
