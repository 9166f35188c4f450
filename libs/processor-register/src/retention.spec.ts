import { dataCategories } from '@dittoo/kernel';
import { describe, expect, it } from '@jest/globals';
import { loadRegister, parseRegister } from './load-register.js';
import { retentionEndsOn, retentionOf } from './retention.js';

const register = loadRegister();
const fiscalYearEnding = (fiscalYearEnd: string) => {
  const { digest: _digest, ...document } = structuredClone(register);
  return parseRegister({ ...document, dataController: { ...document.dataController, fiscalYearEnd } });
};

describe('retention', () => {
  it('is there for every data category', () => {
    for (const category of dataCategories) expect(retentionOf(register, category).stages.length).toBeGreaterThan(0);
  });

  it('keeps accounting to the end of the seventh year after the fiscal year ended', () => {
    expect(retentionEndsOn(register, 'orderAccounting', '2027-04-30')).toBe('2034-12-31');
    const broken = fiscalYearEnding('04-30');
    expect(retentionEndsOn(broken, 'orderAccounting', '2027-04-30')).toBe('2034-12-31');
    expect(retentionEndsOn(broken, 'orderAccounting', '2027-05-01')).toBe('2035-12-31');
    expect(retentionEndsOn(register, 'orderAccounting', '2026-12-31T22:59:59.000Z')).toBe('2033-12-31');
    expect(retentionEndsOn(register, 'orderAccounting', '2026-12-31T23:00:00.000Z')).toBe('2034-12-31');
    expect(retentionEndsOn(fiscalYearEnding('02-29'), 'orderAccounting', '2028-02-29')).toBe('2035-12-31');
  });

  it('counts calendar years and months', () => {
    expect(retentionEndsOn(register, 'support', '2028-02-29')).toBe('2031-02-28');
    expect(retentionEndsOn(register, 'orderDelivery', '2026-11-22')).toBe('2029-11-22');
    expect(retentionEndsOn(register, 'profile', '2026-11-22')).toBe('2028-11-22');
    expect(retentionEndsOn(register, 'accessLog', '2026-11-22')).toBe('2027-11-22');
    expect(retentionEndsOn(register, 'accessLog', '2026-11-22', 'full')).toBe('2026-12-22');
  });
});
