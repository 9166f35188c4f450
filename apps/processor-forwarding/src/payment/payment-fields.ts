import type { PersonnummerGround, Purpose } from '@dittoo/contracts';
import type { PurposeFields } from '../queue/item.js';

const customer = ['givenName', 'familyName', 'email', 'phone', 'street', 'postalCode', 'city', 'country'];
const terms = ['orderReference', 'orderLines', 'amount', 'currency', 'language', 'callbackAddresses'];

/**
 * What opening a payment sends. A personnummer is a separate disclosure, under the purpose for the legal ground that
 * the order chose; where the register has no such purpose it is still requested, so that the gate records a refusal.
 */
export const openPaymentFields = (
  ground: PersonnummerGround | null,
  purposeOfGround: Purpose | null,
): readonly PurposeFields[] => [
  { purpose: 'payment', fields: [...customer, ...terms] },
  ...(ground === null ? [] : [{ purpose: purposeOfGround ?? 'payment', fields: ['personnummer'] }]),
];

/** Reading a payment sends only the processor's own reference. */
export const readPaymentFields: readonly PurposeFields[] = [{ purpose: 'payment', fields: [] }];

/** A replacing PUT repeats the payment's lines and amounts, and no personal data. */
export const paymentCommandFields: readonly PurposeFields[] = [
  { purpose: 'payment', fields: ['orderReference', 'orderLines', 'amount', 'currency', 'callbackAddresses'] },
];

export const refundFields: readonly PurposeFields[] = [
  { purpose: 'refund', fields: ['orderReference', 'paymentReference', 'orderLines', 'amount', 'currency'] },
];
