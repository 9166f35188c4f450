import { describe, expect, it } from '@jest/globals';
import { creditTargets } from './credit-targets.js';

const lines = [
  { sku: 'tea', name: 'Tea', quantity: 2, unitPriceMinor: 12990, taxRate: 0.12 },
  { sku: 'pot', name: 'Pot', quantity: 1, unitPriceMinor: 39905, taxRate: 0.25 },
];
const refund = (refundId: string, amountMinor: number, ...of: [string, number][]) => ({
  refundId,
  amountMinor,
  lines: of.map(([sku, quantity]) => ({ sku, quantity })),
});
const amounts = (refunds: ReturnType<typeof refund>[], refundId: string) =>
  creditTargets(lines, refunds, refundId).map(({ amountMinor }) => amountMinor);

describe('credit targets', () => {
  it('are the sum of refunds decided up to this one, and no more', () => {
    const refunds = [refund('1', 12990, ['tea', 1]), refund('2', 39905, ['pot', 1]), refund('3', 12990, ['tea', 1])];
    expect(amounts(refunds, '1')).toEqual([12990, 0]);
    expect(amounts(refunds, '2')).toEqual([12990, 39905]);
    expect(amounts(refunds, '3')).toEqual([25980, 39905]);
    expect(amounts(refunds, '2')).toEqual([12990, 39905]);
  });

  it('spread a refund without lines over the lines in order, never beyond a line’s cost', () => {
    expect(amounts([refund('1', 30000)], '1')).toEqual([25980, 4020]);
    expect(amounts([refund('1', 65885)], '1')).toEqual([25980, 39905]);
    expect(amounts([refund('1', 99999)], '1')).toEqual([25980, 39905]);
    expect(amounts([refund('1', 12990, ['tea', 1]), refund('2', 20000)], '2')).toEqual([25980, 7010]);
  });

  it('credit no more than the refund’s amount, and nothing for an unknown refund', () => {
    expect(amounts([refund('1', 100, ['tea', 2])], '1')).toEqual([100, 0]);
    expect(amounts([refund('1', 100, ['tea', 2])], '9')).toEqual([0, 0]);
  });
});
