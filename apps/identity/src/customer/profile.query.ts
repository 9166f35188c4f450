import { DomainError, isErased, type Personal, type SubjectId } from '@dittoo/kernel';
import type { Customer, Profile } from './customer.js';
import type { ProfileAnswer } from './profile.http.js';

/**
 * The profile of a registered customer.
 *
 * @throws DomainError `subject-erased` once the account is closed, `not-found`
 */
export const standingProfile = (customer: Customer): Profile => {
  if (customer.status === 'registered') return customer.profile;
  throw new DomainError(customer.status === 'closed' ? 'subject-erased' : 'not-found');
};

/** @throws DomainError `subject-erased` where a field can no longer be read */
export const legible = <T>(value: Personal<T>): T => {
  if (isErased(value)) throw new DomainError('subject-erased');
  return value as T;
};

export const profileAnswer = (customerId: SubjectId, customer: Customer): ProfileAnswer => {
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
