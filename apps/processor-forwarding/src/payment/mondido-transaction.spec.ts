import { paymentOffer, loadRegister } from '@dittoo/processor-register';
import { describe, expect, it } from '@jest/globals';
import { minorOf, paymentOf, transactionForm, transactionFrom, twoDecimals } from './mondido-transaction.js';

const answer = (more: object = {}) => ({
  id: 7,
  status: 'approved',
  amount: '658.9',
  currency: 'sek',
  href: 'https://pay.example.org/form/t',
  card_number: '411111******1111',
  refunds: [{ amount: '10.0', reason: 'r-1', payment_request: { card_number: '4111111111111111', card_cvv: '200' } }],
  ...more,
});
const anywhere = () => true;

describe('amounts', () => {
  it('are exact both ways, however many decimals come back', () => {
    expect([1, 10, 100, 12990, 65885].map(twoDecimals)).toEqual(['0.01', '0.10', '1.00', '129.90', '658.85']);
    expect(['10', '10.0', '10.5', '10.55', '0.07', 10.5].map(minorOf)).toEqual([1000, 1000, 1050, 1055, 7, 1050]);
    expect(['', '1,5', '-1', '1e3', null, '10.555'].map(minorOf)).toEqual(Array(6).fill(undefined));
    for (let amountMinor = 0; amountMinor < 20_000; amountMinor += 3) {
      expect(minorOf(twoDecimals(amountMinor))).toBe(amountMinor);
    }
  });
});

describe('the parsed response', () => {
  it('is the allow-list, and no card', () => {
    const transaction = transactionFrom(answer(), anywhere);
    expect(JSON.stringify(transaction)).not.toMatch(/4111|cvv|card/);
    expect(paymentOf(transaction)).toEqual({
      reference: '7',
      status: 'captured',
      amount: { amountMinor: 65890, currency: 'SEK' },
      refundedMinor: 1000,
      action: null,
    });
  });

  it('calls a reservation that was refunded cancelled', () => {
    const released = paymentOf(transactionFrom(answer({ status: 'authorized' }), anywhere));
    expect(released).toMatchObject({ status: 'cancelled', refundedMinor: 0 });
  });

  it.each([null, [], {}, answer({ id: '../x' }), answer({ amount: 'much' }), answer({ refunds: 'x' })])(
    'is nothing where it is no transaction %#',
    (value) => expect(() => transactionFrom(value, anywhere)).toThrow('answer-unexpected'),
  );

  it('is refused where the status is unknown', () =>
    expect(() => paymentOf(transactionFrom(answer({ status: 'dreaming' }), anywhere))).toThrow('answer-unexpected'));
});

describe('every country that the register says Mondido serves', () => {
  const countries = paymentOffer(loadRegister(), 'mondidoCard')?.terms?.countries ?? [];
  const composed = (country: string) => {
    const address = { street: 'Storgatan 1', postalCode: '111 22', city: 'Stockholm', country };
    const customer = { givenName: 'Astrid', familyName: 'Exempel', email: 'astrid@example.org', phone: null, address, personnummer: null }; // prettier-ignore
    const opening = { orderId: 'o-1', lines: [], currency: 'SEK', locale: 'sv' as const, customer };
    const addresses = { successUrl: 'https://a.example.org', errorUrl: 'https://a.example.org', webhookUrl: 'https://a.example.org' }; // prettier-ignore
    return transactionForm(opening, { merchantId: '1', secret: 's' }, addresses).get('payment_details');
  };

  it('has the code that Mondido takes, and no other has', () => {
    expect(countries.length).toBeGreaterThan(20);
    for (const country of countries) expect(composed(country)).toMatch(/"country_code":"[A-Z]{3}"/);
    expect(() => composed('AX')).toThrow('country-unknown');
  });
});
