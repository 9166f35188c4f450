import type { Retention } from '@dittoo/contracts';
import { dataCategories, type DataCategory } from '@dittoo/kernel';
import { retentionEndsOn, type Register } from '@dittoo/processor-register';
import type { ErasureScope } from '../rights-request/rights-request.js';

/** What a person's orders say about an erasure. */
export interface StandingOrders {
  readonly openOrder: boolean;
  readonly unpaidInvoice: boolean;
  readonly lastBookedAt: string | null;
  /** What is on its way still. */
  readonly openOrderIds?: readonly string[];
}

/** What a legal hold keeps; of one order alone where it names one. */
export interface HeldData {
  readonly categories: readonly DataCategory[];
  readonly orderId: string | null;
  /** The last day, as far as anybody knows. */
  readonly until: string;
}

/** What stands in the way, in words. */
export const blockersOf = ({ openOrder, unpaidInvoice }: StandingOrders, holds: readonly HeldData[] = []): string[] => [
  ...(openOrder ? ['openOrder'] : []),
  ...(unpaidInvoice ? ['unpaidInvoice'] : []),
  ...(holds.length > 0 ? ['legalHold'] : []),
];

/** The categories whose keys are the order's. */
const perOrder: ReadonlySet<string> = new Set(['orderDelivery', 'orderAccounting']);

const bookkeeping = (register: Register, lastBookedAt: string): Retention => ({
  category: 'orderAccounting',
  reason: 'bookkeeping',
  until: retentionEndsOn(register, 'orderAccounting', lastBookedAt),
});

/**
 * What must stay, why and until when (art. 17(3)); everything else goes.
 *
 * @param kept categories an officer keeps besides, until their ordinary end; of delivery data the open orders' alone
 */
export const erasureScope = (
  register: Register,
  { lastBookedAt, openOrderIds = [] }: StandingOrders,
  at: string,
  kept: readonly DataCategory[] = [],
): ErasureScope => {
  const until = (category: DataCategory): string => retentionEndsOn(register, category, at);
  const retain: Retention[] = [
    ...(lastBookedAt === null ? [] : [bookkeeping(register, lastBookedAt)]),
    { category: 'consentEvidence', reason: 'legalClaims', until: until('consentEvidence') },
    ...kept.map((category) => ({
      category,
      reason: 'openOrder',
      until: until(category),
      ...(perOrder.has(category) && openOrderIds.length > 0 ? { scopes: openOrderIds } : {}),
    })),
  ];
  const stays = new Set(retain.filter(({ scopes }) => scopes === undefined).map(({ category }) => category));
  return { erase: dataCategories.filter((category) => !stays.has(category)), retain };
};

/** The scope that was decided, and what has gone into the books since. */
export const confirmedScope = (
  register: Register,
  decided: ErasureScope,
  { lastBookedAt }: StandingOrders,
): ErasureScope => {
  if (lastBookedAt === null) return decided;
  const others = ({ category }: Retention): boolean => category !== 'orderAccounting';
  return {
    erase: decided.erase.filter((category) => category !== 'orderAccounting'),
    retain: [bookkeeping(register, lastBookedAt), ...decided.retain.filter(others)],
  };
};

/** The scope with what legal holds keep of it now; what an ended one kept goes with the rest. */
export const withHolds = (decided: ErasureScope, holds: readonly HeldData[]): ErasureScope => {
  const heldBefore = decided.retain.filter(({ reason }) => reason === 'legalHold').map(({ category }) => category);
  const goes = dataCategories.filter((category) => [...decided.erase, ...heldBefore].includes(category));
  const held = goes.flatMap((category) => heldPart(category, holds));
  return {
    erase: goes.filter((category) => !held.some((kept) => kept.category === category && kept.scopes === undefined)),
    retain: [...decided.retain.filter(({ reason }) => reason !== 'legalHold'), ...held],
  };
};

/** A hold on an order keeps the order's own keys, where the category has such. */
const heldPart = (category: DataCategory, holds: readonly HeldData[]): Retention[] => {
  const kept = holds.filter(({ categories }) => categories.includes(category));
  if (kept.length === 0) return [];
  const orders = perOrder.has(category) ? kept.flatMap(({ orderId }) => (orderId === null ? [] : [orderId])) : [];
  const until = kept.map((hold) => hold.until).reduce((one, other) => (one > other ? one : other));
  const part = orders.length === kept.length ? { scopes: [...new Set(orders)] } : {};
  return [{ category, reason: 'legalHold', until, ...part }];
};
