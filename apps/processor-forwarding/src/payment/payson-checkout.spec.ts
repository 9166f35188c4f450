import { describe, expect, it } from '@jest/globals';
import { checkoutFrom, creditedItems, decimal, minor, paymentOf, replacingBody } from './payson-checkout.js';
import { retryAfterMs } from './processor-client.js';

const answer = (more: object = {}) => ({
  id: 'c-1',
  status: 'shipped',
  snippet: '<div url="https://pay.example.org/c-1"></div><script>secret</script>',
  history: { created: '2026-11-22T10:00:00Z', shipped: '2026-11-22T11:00:00Z' },
  merchant: { termsUri: 'https://shop.example.org/terms', reference: 'o-1', unknown: 'x' },
  customer: { firstName: 'Astrid', identityNumber: '7001011234' },
  cardNumber: '4111111111111111',
  order: {
    currency: 'sek',
    totalPriceIncludingTax: 259.8,
    items: [
      {
        itemId: 'i-1',
        name: 'Tea',
        unitPrice: 129.9,
        quantity: 2,
        taxRate: 0.12,
        reference: 'tea',
        creditedAmount: 129.9,
        cardNumber: '4111111111111111',
      },
    ],
  },
  ...more,
});
const anywhere = () => true;

describe('the parsed response', () => {
  it('is the allow-list: no customer, no card number, no markup', () => {
    const checkout = checkoutFrom(answer(), anywhere);
    expect(JSON.stringify(checkout)).not.toMatch(/Astrid|7001011234|4111|script|unknown/);
    expect(paymentOf(checkout)).toEqual({
      reference: 'c-1',
      status: 'captured',
      amount: { amountMinor: 25980, currency: 'SEK' },
      refundedMinor: 12990,
      action: null,
    });
  });

  it('redirects the browser to the processor only', () => {
    const pending = answer({ status: 'readyToPay' });
    expect(paymentOf(checkoutFrom(pending, anywhere)).action).toEqual({
      kind: 'snippet',
      url: 'https://pay.example.org/c-1',
    });
    expect(paymentOf(checkoutFrom(pending, () => false)).action).toBeNull();
  });

  it.each([null, 'x', 7, [], {}, { id: 'c-1' }, answer({ order: { items: [{}] } }), answer({ status: '' })])(
    'is nothing where it is no checkout: the outcome is unknown %#',
    (value) => {
      expect(() => checkoutFrom(value, anywhere)).toThrow(expect.objectContaining({ outcome: 'unknown' }));
    },
  );

  it('is refused where the status is unknown', () => {
    expect(() => paymentOf(checkoutFrom(answer({ status: 'dreaming' }), anywhere))).toThrow('answer-unexpected');
  });
});

describe('a credit', () => {
  const checkout = checkoutFrom(answer(), anywhere);

  const item = (itemId: string, reference: string, creditedAmount = 0) => ({
    ...answer().order.items[0]!,
    itemId,
    reference,
    creditedAmount,
  });
  const two = checkoutFrom(
    answer({
      order: { currency: 'sek', totalPriceIncludingTax: 519.6, items: [item('i-1', 'tea', 50), item('i-2', 'pot')] },
    }),
    anywhere,
  );
  const credits = (amountMinor: number, lines: Parameters<typeof creditedItems>[2] = []) =>
    creditedItems(two, amountMinor, lines).map(({ creditedAmount }) => creditedAmount);

  it('goes on the refunded lines, up to what was refunded of them', () => {
    expect(credits(12990, [{ sku: 'pot', quantity: 1, unitPriceMinor: 12990 }])).toEqual([50, 129.9]);
    expect(credits(15000, [{ sku: 'pot', quantity: 1, unitPriceMinor: 12990 }])).toEqual([70.1, 129.9]);
  });

  it('without lines goes on what has room, first line first, and never takes back a credit', () => {
    expect(credits(100)).toEqual([51, 0]);
    expect(credits(25000)).toEqual([259.8, 40.2]);
    expect(credits(46960)).toEqual([259.8, 259.8]);
  });

  it('of more than was paid, or of a cart that is not the order’s, touches nothing', () => {
    expect(() => credits(46961)).toThrow('items-differ');
    expect(() => credits(100, [{ sku: 'cup', quantity: 1, unitPriceMinor: 100 }])).toThrow('items-differ');
  });

  it('repeats no personal data', () => {
    expect(Object.keys(replacingBody(checkout, { status: 'shipped' }))).toEqual(['id', 'status', 'merchant', 'order']);
  });
});

describe('amounts', () => {
  it('are exact to the last öre', () => {
    for (let amountMinor = 0; amountMinor < 200_000; amountMinor += 7) {
      const text = JSON.stringify(decimal(amountMinor));
      expect(text).toMatch(/^\d+(\.\d{1,2})?$/);
      expect(minor(JSON.parse(text) as number)).toBe(amountMinor);
    }
  });
});

describe('Retry-After', () => {
  it('is seconds or a date, and at most an hour', () => {
    const now = Date.parse('2026-11-22T10:00:00Z');
    expect(retryAfterMs('3', now)).toBe(3000);
    expect(retryAfterMs('Sun, 22 Nov 2026 10:00:05 GMT', now)).toBe(5000);
    expect(retryAfterMs('Sun, 22 Nov 2026 09:00:00 GMT', now)).toBe(0);
    expect(retryAfterMs('999999', now)).toBe(3_600_000);
    expect(retryAfterMs('soon', now)).toBeNull();
    expect(retryAfterMs(undefined, now)).toBeNull();
  });
});
