import type { Retention } from '@dittoo/contracts';
import { dataCategories, type DataCategory } from '@dittoo/kernel';
import { retentionEndsOn, type Day, type Register } from '@dittoo/processor-register';
import { perOrder } from '../legal-hold/legal-holds.query.js';
import type { RetentionFold } from '../retention/retention-fold.js';
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
  readonly until: Day;
}

/** What stands in the way, in words. */
export const blockersOf = ({ openOrder, unpaidInvoice }: StandingOrders, holds: readonly HeldData[] = []): string[] => [
  ...(openOrder ? ['openOrder'] : []),
  ...(unpaidInvoice ? ['unpaidInvoice'] : []),
  ...(holds.length > 0 ? ['legalHold'] : []),
];

const bookkeeping = (until: Day | null): Retention[] =>
  until === null ? [] : [{ category: 'orderAccounting', reason: 'bookkeeping', until }];

/** The day the books end, of a person whose days were not folded from their events. */
const booksEnd = (register: Register, { lastBookedAt }: StandingOrders): Day | null =>
  lastBookedAt === null ? null : retentionEndsOn(register, 'orderAccounting', lastBookedAt);

/** The last days of the person's keys, of one key or of all of a category; `null` = nothing has ended the need yet. */
export type LastDays = Pick<RetentionFold, 'lastDay' | 'lastDayOfAll'>;

/**
 * What must stay, why and until when (art. 17(3)); everything else goes. What nothing has ended before, the erasure ends.
 *
 * @param kept categories an officer keeps besides, until their ordinary end; of delivery data the open orders' alone
 * @param lastDays the person's events, folded; without them the days are those of periods that begin at the erasure
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

/** The scope that was decided, with what has gone into the books since and the days as they are now. */
export const confirmedScope = (
  register: Register,
  decided: ErasureScope,
  orders: StandingOrders,
  lastDays?: LastDays,
): ErasureScope => {
  const booksUntil = lastDays?.lastDayOfAll('orderAccounting') ?? booksEnd(register, orders);
  // The consents ended with the account: their evidence counts from then.
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
