import { DomainError, isErased } from '@dittoo/kernel';
/**
 * The profile of somebody who has one.
 *
 * @throws DomainError `subject-erased` once the account is closed, `not-found`
 */
export const standingProfile = (customer) => {
  if (customer.status === 'registered') return customer.profile;
  throw new DomainError(customer.status === 'closed' ? 'subject-erased' : 'not-found');
};
/** @throws DomainError `subject-erased` where a field can no longer be read */
export const legible = (value) => {
  if (isErased(value)) throw new DomainError('subject-erased');
  return value;
};
export const profileAnswer = (customerId, customer) => {
  const { address, email, familyName, givenName, locale, noticeVersion, phone } = standingProfile(customer);
  return {
    customerId,
    email: legible(email),
    givenName: legible(givenName),
    familyName: legible(familyName),
    phone: legible(phone),
    address: legible(address),
    locale,
    noticeVersion,
  };
};
//# sourceMappingURL=profile.query.js.map
