import type { Retention } from '@dittoo/contracts';
import { dataCategories, type DataCategory } from '@dittoo/kernel';
import { retentionEndsOn, type Day, type Register } from '@dittoo/processor-register';
import { perOrder } from '../legal-hold/legal-holds.query.js';
import type { RetentionFold } from '../retention/retention-fold.js';
import type { ErasureScope } from '../rights-request/rights-request.js';

/** The state of a person's orders, as far as it matters for an erasure. */
export interface StandingOrders {
  readonly openOrder: boolean;
  readonly unpaidInvoice: boolean;
  readonly lastBookedAt: string | null;
  /** Orders that are not delivered yet. */
  readonly openOrderIds?: readonly string[];
}

/** The data kept by a legal hold; only that of one order where it names one. */
export interface HeldData {
  readonly categories: readonly DataCategory[];
  readonly orderId: string | null;
  /** The last day, as known now. */
  readonly until: Day;
}

/** The reasons why it cannot be erased now, as codes. */
export const blockersOf = ({ openOrder, unpaidInvoice }: StandingOrders, holds: readonly HeldData[] = []): string[] => [
  ...(openOrder ? ['openOrder'] : []),
  ...(unpaidInvoice ? ['unpaidInvoice'] : []),
  ...(holds.length > 0 ? ['legalHold'] : []),
];

const bookkeeping = (until: Day | null): Retention[] =>
  until === null ? [] : [{ category: 'orderAccounting', reason: 'bookkeeping', until }];

/** The last day of the books, of a person whose days were not folded from their events. */
const booksEnd = (register: Register, { lastBookedAt }: StandingOrders): Day | null =>
  lastBookedAt === null ? null : retentionEndsOn(register, 'orderAccounting', lastBookedAt);

/** The last days of the person's keys, of one key or of a whole category; `null` = the need has not ended. */
export type LastDays = Pick<RetentionFold, 'lastDay' | 'lastDayOfAll'>;

/**
 * What is retained, why and until when (art. 17(3)); everything else is erased. Periods that have not begun to run
 * begin at the erasure.
 *
 * @param kept categories that an officer keeps in addition, until their ordinary end; of delivery data only open
 *   orders'
 * @param lastDays the person's folded events; without them all periods begin at the erasure
 */
export const erasureScope = (
  register: Register,
  orders: StandingOrders,
  at: string,
  kept: readonly DataCategory[] = [],
  lastDays?: LastDays,
): ErasureScope => {
  const { openOrderIds = [] } = orders;
  const until = (category: DataCategory, scopes?: readonly string[]): Day =>
    (scopes === undefined
      ? lastDays?.lastDayOfAll(category)
      : latestDay(scopes.map((scope) => lastDays?.lastDay(category, scope) ?? null))) ??
    retentionEndsOn(register, category, at);
  const retain: Retention[] = [
    ...bookkeeping(lastDays?.lastDayOfAll('orderAccounting') ?? booksEnd(register, orders)),
    { category: 'consentEvidence', reason: 'legalClaims', until: until('consentEvidence') },
    ...kept.map((category): Retention => {
      const scopes = perOrder.has(category) && openOrderIds.length > 0 ? openOrderIds : undefined;
      const retained = { category, reason: 'openOrder', until: until(category, scopes) } as const;
      return scopes === undefined ? retained : { ...retained, scopes };
    }),
  ];
  const stays = new Set(retain.filter(({ scopes }) => scopes === undefined).map(({ category }) => category));
  return { erase: dataCategories.filter((category) => !stays.has(category)), retain };
};

/** The decided scope, updated with later entries in the books and the current last days. */
export const confirmedScope = (
  register: Register,
  decided: ErasureScope,
  orders: StandingOrders,
  lastDays?: LastDays,
): ErasureScope => {
  const booksUntil = lastDays?.lastDayOfAll('orderAccounting') ?? booksEnd(register, orders);
  // The consents ended with the account: the period of their evidence begins then.
  const retain = decided.retain.map((kept) =>
    kept.reason === 'legalClaims' ? { ...kept, until: lastDays?.lastDayOfAll(kept.category) ?? kept.until } : kept,
  );
  if (booksUntil === null) return { erase: decided.erase, retain };
  return {
    erase: decided.erase.filter((category) => category !== 'orderAccounting'),
    retain: [...bookkeeping(booksUntil), ...retain.filter(({ category }) => category !== 'orderAccounting')],
  };
};

const latestDay = (days: readonly (Day | null)[]): Day | null =>
  days.includes(null) ? null : (days.toSorted().at(-1) ?? null);

/** The scope with the data that current legal holds keep; data of ended holds is erased. */
export const withHolds = (decided: ErasureScope, holds: readonly HeldData[]): ErasureScope => {
  const heldBefore = decided.retain.filter(({ reason }) => reason === 'legalHold').map(({ category }) => category);
  const goes = dataCategories.filter((category) => [...decided.erase, ...heldBefore].includes(category));
  const held = goes.flatMap((category) => heldPart(category, holds));
  return {
    erase: goes.filter((category) => !held.some((kept) => kept.category === category && kept.scopes === undefined)),
    retain: [...decided.retain.filter(({ reason }) => reason !== 'legalHold'), ...held],
  };
};

/** A hold on an order keeps only that order's keys, where the category has keys per order. */
const heldPart = (category: DataCategory, holds: readonly HeldData[]): Retention[] => {
  const kept = holds.filter(({ categories }) => categories.includes(category));
  if (kept.length === 0) return [];
  const orders = perOrder.has(category) ? kept.flatMap(({ orderId }) => (orderId === null ? [] : [orderId])) : [];
  const until = kept.map((hold) => hold.until).reduce((one, other) => (one > other ? one : other));
  const part = orders.length === kept.length ? { scopes: [...new Set(orders)] } : {};
  return [{ category, reason: 'legalHold', until, ...part }];
};
