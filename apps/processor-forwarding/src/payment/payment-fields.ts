import type { OrderLine, PersonnummerGround } from '@dittoo/contracts';

/** Fields of one purpose, by the register's names. */
export interface PurposeFields {
  readonly purpose: string;
  readonly fields: readonly string[];
}

const customer = ['givenName', 'familyName', 'email', 'phone', 'street', 'postalCode', 'city', 'country'];
const terms = ['orderReference', 'orderLines', 'amount', 'currency', 'language', 'callbackAddresses'];

/**
 * What opening a payment sends. A personnummer is a disclosure of its own, under the purpose that fits the ground the
 * order chose; where the register knows none it stays in the intent, so that the gate refuses it instead of nobody
 * noticing.
 */
export const openPaymentFields = (
  ground: PersonnummerGround | null,
  purposeOfGround: string | null,
): readonly PurposeFields[] => [
  { purpose: 'payment', fields: [...customer, ...terms] },
  ...(ground === null ? [] : [{ purpose: purposeOfGround ?? 'payment', fields: ['personnummer'] }]),
];

/** A reading sends nothing but the processor's own reference. */
export const readPaymentFields: readonly PurposeFields[] = [{ purpose: 'payment', fields: [] }];

/** A replacing PUT repeats what the payment consists of, nobody's data among it. */
export const paymentCommandFields: readonly PurposeFields[] = [
  { purpose: 'payment', fields: ['orderReference', 'orderLines', 'amount', 'currency', 'callbackAddresses'] },
];

export const refundFields: readonly PurposeFields[] = [
  { purpose: 'refund', fields: ['orderReference', 'paymentReference', 'orderLines', 'amount', 'currency'] },
];

/** Nothing leaves: the answer follows from the register. */
export const erasureFields: readonly PurposeFields[] = [];

interface Refund {
  readonly refundId: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly amount: { readonly amountMinor: number };
}

/**
 * What must stand credited on each line once `refundId` is done: all refunds decided up to it, so that doing it again,
 * or late, aims at the same sums. What a refund says beyond its lines is spread over what is left, first line first.
 */
export const creditTargets = (
  lines: readonly OrderLine[],
  refunds: readonly Refund[],
  refundId: string,
): { readonly sku: string; readonly amountMinor: number }[] => {
  const upTo = refunds.findIndex((refund) => refund.refundId === refundId);
  const credited = lines.map(() => 0);
  const credit = (index: number, wanted: number): number => {
    const line = lines[index]!;
    const room = line.unitPriceMinor * line.quantity - credited[index]!;
    const amount = Math.min(room, wanted);
    credited[index]! += amount;
    return amount;
  };
  for (const refund of refunds.slice(0, upTo + 1)) {
    let rest = refund.amount.amountMinor;
    for (const { sku, quantity } of refund.lines) {
      const index = lines.findIndex((line) => line.sku === sku);
      if (index >= 0) rest -= credit(index, Math.min(rest, lines[index]!.unitPriceMinor * quantity));
    }
    for (let index = 0; index < lines.length && rest > 0; index++) rest -= credit(index, rest);
  }
  return lines.map(({ sku }, index) => ({ sku, amountMinor: credited[index]! }));
};
