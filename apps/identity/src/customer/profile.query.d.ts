import { type Personal } from '@dittoo/kernel';
import type { Customer, Profile } from './customer.js';
import type { ProfileAnswer } from './profile.http.js';
/**
 * The profile of somebody who has one.
 *
 * @throws DomainError `subject-erased` once the account is closed, `not-found`
 */
export declare const standingProfile: (customer: Customer) => Profile;
/** @throws DomainError `subject-erased` where a field can no longer be read */
export declare const legible: <T>(value: Personal<T>) => T;
export declare const profileAnswer: (customerId: string, customer: Customer) => ProfileAnswer;
//# sourceMappingURL=profile.query.d.ts.map
