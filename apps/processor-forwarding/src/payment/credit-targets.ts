import type { OrderLine, Refund } from '@dittoo/contracts';

/**
 * The total credited on each line once `refundId` is done: all refunds decided up to it, so that doing it again, or late,
 * leads to the same totals. The part of a refund beyond its lines is spread over the rest, first line first.
 */
export const creditTargets = (
  lines: readonly OrderLine[],
  refunds: readonly Omit<Refund, 'paid'>[],
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
    let rest = refund.amountMinor;
    for (const { sku, quantity } of refund.lines) {
      const index = lines.findIndex((line) => line.sku === sku);
      if (index >= 0) rest -= credit(index, Math.min(rest, lines[index]!.unitPriceMinor * quantity));
    }
    for (let index = 0; index < lines.length && rest > 0; index++) rest -= credit(index, rest);
  }
  return lines.map(({ sku }, index) => ({ sku, amountMinor: credited[index]! }));
};
