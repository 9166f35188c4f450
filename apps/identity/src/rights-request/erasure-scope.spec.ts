import { dataCategories } from '@dittoo/kernel';
import { loadRegister } from '@dittoo/processor-register';
import { describe, expect, it } from '@jest/globals';
import { blockersOf, confirmedScope, erasureScope, withFiscalYearEnd } from './erasure-scope.js';

const register = loadRegister();
const at = '2026-11-22T08:00:00.000Z';
const nothing = { openOrder: false, unpaidInvoice: false, lastBookedAt: null };
const booked = (lastBookedAt: string) => ({ ...nothing, lastBookedAt });
const evidence = { category: 'consentEvidence', reason: 'legalClaims', until: '2029-11-22' };
const books = (until: string) => ({ category: 'orderAccounting', reason: 'bookkeeping', until });

describe('the scope of an erasure', () => {
  it('is everything but what proves the consents, when nothing was ever ordered', () =>
    expect(erasureScope(register, nothing, at)).toEqual({
      erase: dataCategories.filter((category) => category !== 'consentEvidence'),
      retain: [evidence],
    }));

  it('leaves the books for seven years after the fiscal year', () => {
    expect(erasureScope(register, booked('2026-03-01T08:00:00.000Z'), at).retain).toEqual([
      books('2033-12-31'),
      evidence,
    ]);
    const broken = withFiscalYearEnd(register, '04-30');
    expect(erasureScope(broken, booked('2026-05-01T08:00:00.000Z'), at).retain[0]).toEqual(books('2034-12-31'));
    expect(withFiscalYearEnd(register, null)).toBe(register);
  });

  it('has each category once, on one side or the other', () => {
    const { erase, retain } = erasureScope(register, booked(at), at, ['orderDelivery']);
    expect([...erase, ...retain.map(({ category }) => category)].sort()).toEqual([...dataCategories].sort());
  });

  it('takes in what went into the books later, and leaves the rest as it was decided', () => {
    const decided = erasureScope(register, nothing, at, ['orderDelivery']);
    expect(confirmedScope(register, decided, nothing)).toBe(decided);
    const { erase, retain } = confirmedScope(register, decided, booked('2027-01-02T08:00:00.000Z'));
    expect(erase).toEqual(decided.erase.filter((category) => category !== 'orderAccounting'));
    expect(retain).toEqual([books('2034-12-31'), ...decided.retain]);
  });

  it('says what stands in the way', () => {
    expect(blockersOf(nothing)).toEqual([]);
    expect(blockersOf({ ...nothing, openOrder: true, unpaidInvoice: true })).toEqual(['openOrder', 'unpaidInvoice']);
  });
});
