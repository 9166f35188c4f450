import type { PersonnummerGround } from '@dittoo/contracts';
import type { PurposeFields } from '../queue/item.js';

const customer = ['givenName', 'familyName', 'email', 'phone', 'street', 'postalCode', 'city', 'country'];
const terms = ['orderReference', 'orderLines', 'amount', 'currency', 'language', 'callbackAddresses'];

/**
 * What opening a payment sends. A personnummer is a disclosure of its own, under the purpose that fits the ground the
 * order chose; where the register has none it stays in the intent, so that the gate refuses it and the refusal is seen.
 */
export const openPaymentFields = (
  ground: PersonnummerGround | null,
  purposeOfGround: string | null,
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
