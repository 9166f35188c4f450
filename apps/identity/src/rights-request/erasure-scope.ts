import type { Retention } from '@dittoo/contracts';
import { dataCategories, type DataCategory } from '@dittoo/kernel';
import { retentionEndsOn, type Register } from '@dittoo/processor-register';
import type { ErasureScope } from './rights-request.js';

/** What a person's orders say about an erasure. */
export interface StandingOrders {
  readonly openOrder: boolean;
  readonly unpaidInvoice: boolean;
  readonly lastBookedAt: string | null;
}

/** What stands in the way, in words. */
export const blockersOf = ({ openOrder, unpaidInvoice }: StandingOrders): string[] => [
  ...(openOrder ? ['openOrder'] : []),
  ...(unpaidInvoice ? ['unpaidInvoice'] : []),
];

const bookkeeping = (register: Register, lastBookedAt: string): Retention => ({
  category: 'orderAccounting',
  reason: 'bookkeeping',
  until: retentionEndsOn(register, 'orderAccounting', lastBookedAt),
});

/**
 * What must stay, why and until when (art. 17(3)); everything else goes.
 *
 * @param kept categories an officer keeps besides, until their ordinary end
 */
export const erasureScope = (
  register: Register,
  { lastBookedAt }: StandingOrders,
  at: string,
  kept: readonly DataCategory[] = [],
): ErasureScope => {
  const until = (category: DataCategory): string => retentionEndsOn(register, category, at);
  const retain: Retention[] = [
    ...(lastBookedAt === null ? [] : [bookkeeping(register, lastBookedAt)]),
    { category: 'consentEvidence', reason: 'legalClaims', until: until('consentEvidence') },
    ...kept.map((category) => ({ category, reason: 'openOrder', until: until(category) })),
  ];
  const stays = new Set(retain.map(({ category }) => category));
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

/** The register with another end of the fiscal year, where the configuration has one. */
export const withFiscalYearEnd = (register: Register, fiscalYearEnd: string | null): Register =>
  fiscalYearEnd === null ? register : { ...register, dataController: { ...register.dataController, fiscalYearEnd } };
