import { DomainError, isErased } from '@dittoo/kernel';
import { evolve, initialCustomer } from './customer.js';
const decide = (command, customer) => {
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
/** @throws DomainError `subject-erased` once the account is closed, `not-found` where there never was one */
const profileFor = (customer) => {
  if (customer.status === 'registered') return customer.profile;
  throw new DomainError(customer.status === 'closed' ? 'subject-erased' : 'not-found');
};
const decideForProfile = (command, profile) => {
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
      const confirmed = { type: 'EmailConfirmed', data: { at: command.now } };
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
      // Withdrawn while an invoice still needs it: kept for that alone.
      if (profile.personnummer.ground === 'consent' && !command.consentStands)
        throw new DomainError('personnummer-ground-not-allowed');
      return [{ type: 'PersonnummerRevealed', data: { purpose: command.purpose } }];
    case 'RemovePersonnummer':
      if (profile.personnummer === null) throw new DomainError('personnummer-not-recorded');
      return [{ type: 'PersonnummerRemoved', data: { reason: 'customer' } }];
  }
};
/** A consent given since, or another number, keeps it. */
const personnummerEnded = ({ afterRemovals, consentStands, reason }, { personnummer, personnummerRemovals }) => {
  if (personnummer === null || personnummerRemovals !== afterRemovals) return [];
  if (personnummer.ground === 'consent' && consentStands) return [];
  return [{ type: 'PersonnummerRemoved', data: { reason } }];
};
const registered = ({ person, notice, choices, personnummer }) => {
  const shown = { noticeVersion: notice.version, noticeDigest: notice.digest, language: person.locale };
  const consented = choices?.some(({ purpose, given }) => purpose === 'personnummer' && given) === true;
  if (personnummer?.ground === 'consent' && !consented) throw new DomainError('personnummer-ground-not-allowed');
  return [
    { type: 'CustomerRegistered', data: person },
    { type: 'NoticeAcknowledged', data: shown },
    ...(choices === null ? [] : [{ type: 'ConsentChoicesCollected', data: { choices, ...shown } }]),
    ...(personnummer === null ? [] : [{ type: 'PersonnummerRecorded', data: personnummer }]),
  ];
};
/** One event for each thing that changed; the same value again changes nothing. */
const rectified = (changes, profile) => {
  const events = [];
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
const sameAddress = (one, other) => {
  if (one === null || other === null || isErased(other)) return one === other;
  const fields = ['street', 'postalCode', 'city', 'country'];
  return fields.every((field) => one[field] === other[field]);
};
export const customerDecider = {
  category: 'customer',
  initialState: initialCustomer,
  decide,
  evolve,
};
//# sourceMappingURL=customer.decider.js.map
