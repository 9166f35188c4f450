import { personal, plain, secret, type EventOf, type Personal, type SchemaMapOf } from '@dittoo/kernel';
import type { Role } from './vocabulary.js';

/** Stream `account-<id>`: a member of staff. (A customer's credentials stand with the customer: one append, no half account.) */
export interface AccountEvents {
  StaffAccountOpened: {
    readonly email: Personal<string>;
    readonly passwordHash: Personal<string>;
    readonly role: Exclude<Role, 'customer'>;
  };
}
export type AccountEvent = EventOf<AccountEvents>;

export const accountSchema: SchemaMapOf<AccountEvents> = {
  StaffAccountOpened: {
    stream: 'account',
    schemaVersion: 1,
    purpose: 'staffAccess',
    legalBasis: 'legitimateInterests',
    fields: { email: personal('contact'), passwordHash: secret('profile'), role: plain },
  },
};
