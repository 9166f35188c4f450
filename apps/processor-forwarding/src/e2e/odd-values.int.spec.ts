/*
 * Promised: whatever stands in the log, its forwarding ends after few attempts, a person sees it, and the ledger says that
 * data was disclosed exactly as often as a request with it left.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@dittoo/platform/testing';
import { order, startStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ withMondido: true, tuning: { retryBaseMs: 2 } });
});
afterAll(() => stage.close());

const address = { street: 'Storgatan 1', postalCode: '111 22', city: 'Stockholm', country: 'SE' };
const recipient = { givenName: 'Astrid', familyName: 'Exempel', address, email: 'astrid@example.org', phone: null };
const odd: readonly (readonly [string, object])[] = [
  ['an address that is a list', { recipient: { ...recipient, address: [] } }],
  ['no address', { recipient: { ...recipient, address: null } }],
  ['a country that is a number', { recipient: { ...recipient, address: { ...address, country: 7 } } }],
  ['a country that is none', { recipient: { ...recipient, address: { ...address, country: 'ZZ' } } }],
  ['a recipient that is a text', { recipient: 'Astrid' }],
  ['no language', { locale: null }],
  ['lines without names', { lines: order.lines.map(({ name: _, ...line }) => line) }],
  ['lines that are none', { lines: null }],
  ['a total that is none', { total: null }],
];
const cases = (['paysonInvoice', 'mondidoCard'] as const).flatMap((method) =>
  odd.map(([what, facts]) => [what, method, facts] as const),
);

describe('an order with', () => {
  it.each(cases)('%s, paid by %s, ends, and the ledger tells what left', async (_what, paymentMethod, facts) => {
    const processorId = paymentMethod === 'mondidoCard' ? 'mondido' : 'payson';
    const { orderId } = await stage.placeOrder({ facts: { paymentMethod, ...facts } as never });
    const types = await until(async () => {
      const events = await stage.eventsOf('openPayment', orderId, processorId);
      const last = events.at(-1)?.type;
      return (last === 'ForwardingParked' || last === 'ForwardingCompleted') && events.map(({ type }) => type);
    }, 20_000);
    expect(types.filter((type) => type === 'AttemptFailed').length).toBeLessThanOrEqual(8);
    const left = stage.sandbox
      .received()
      .filter(
        ({ fields, method }) =>
          method === 'POST' && [fields['merchant.reference'], fields['payment_ref']].includes(orderId),
      );
    expect(types.filter((type) => type === 'DataDisclosed')).toHaveLength(left.length);
  });
});
