/*
 * Promised: whatever happens to an order's money, in the shop or at the processor, ends in a state that the customer is
 * shown and that is true; where a person has to look, the trail says so.
 */
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOfficer, replay } from './customer-journey.js';
import { canaryPerson, ShopClient } from './shop-client.js';
import { ShopProcess } from './shop-process.js';

let running: ShopProcess;
let shop: ShopClient;
let customer: { readonly token: string; readonly customerId: string };
let staff: string;

beforeAll(async () => {
  running = await ShopProcess.start();
  shop = new ShopClient(running.url);
  const person = canaryPerson('pengar');
  const customerId = await shop.register(person);
  customer = { customerId, token: await shop.signIn(person) };
  staff = (await asOfficer(shop)).token;
}, 90_000);
afterAll(() => running.remove(), 60_000);

type Method = 'paysonInvoice' | 'mondidoCard';
const processorOf = (method: Method) => (method === 'mondidoCard' ? 'mondido' : 'payson');

/** An order of two products, one of each. */
const placeOrder = async (method: Method) => {
  const { items } = await shop.ok('GET', '/products');
  const lines = [items[0], items[1]].map(({ sku }: { sku: string }) => ({ sku, quantity: 1 }));
  const body = { lines, payment: { method } };
  const { orderId } = await shop.ok('POST', '/orders', { token: customer.token, body });
  const action = await until(async () => (await orderOf(orderId)).payment.action, 20_000);
  return { orderId, method, lines, page: new URL(action.url), total: (await orderOf(orderId)).total.amountMinor };
};
type Placed = Awaited<ReturnType<typeof placeOrder>>;

const orderOf = (orderId: string) => shop.ok('GET', `/orders/${orderId}`, { token: customer.token });
const becomes = (orderId: string, status: string) =>
  until(async () => {
    const order = await orderOf(orderId);
    return order.status === status && order;
  }, 20_000);
const pay = async (order: Placed, amountMinor?: number): Promise<void> => {
  await shop.ok('POST', order.page.href, { body: { decision: 'approve', amountMinor } });
};
const paid = async (method: Method): Promise<Placed> => {
  const order = await placeOrder(method);
  await pay(order);
  await becomes(order.orderId, 'paid');
  return order;
};
const ship = (orderId: string) => shop.call('POST', `/orders/${orderId}/shipment`, { token: staff });
const cancel = (orderId: string) => shop.ok('POST', `/orders/${orderId}/cancellation`, { token: staff });
const refund = (orderId: string, lines?: Placed['lines']) =>
  shop.ok('POST', `/orders/${orderId}/refunds`, { token: staff, body: { lines, reason: 'Out of stock' } });

interface Trailed {
  readonly type: string;
  readonly stream: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
const trail = async (orderId: string): Promise<Trailed[]> =>
  ((await replay(shop, customer.customerId)) as unknown as Trailed[]).filter(
    ({ fields, stream }) => stream === `order-${orderId}` || fields['orderId'] === orderId,
  );
const discrepanciesOf = async (orderId: string) =>
  (await trail(orderId)).flatMap(({ fields, type }) =>
    type === 'PaymentDiscrepancyFound'
      ? [`found ${String(fields['kind'])}`]
      : type === 'PaymentDiscrepancyResolved'
        ? [`resolved ${String(fields['kind'])}`]
        : [],
  );
const isInTrail = (orderId: string, type: string) =>
  until(async () => (await trail(orderId)).some((event) => event.type === type), 20_000);
const parked = async (orderId: string) => (await trail(orderId)).filter(({ type }) => type === 'ForwardingParked');

/** The processor's own staff acts, and the processor tells the shop that something happened. */
const act = async (order: Placed, act: string, amountMinor?: number): Promise<void> => {
  const opened = (await trail(order.orderId)).find(({ type }) => type === 'PaymentOpened');
  const url = `/sandbox/${processorOf(order.method)}/payments/${String(opened!.fields['paymentReference'])}/acts`;
  await shop.ok('POST', new URL(url, order.page).href, { body: { act, amountMinor } });
  await hint(order);
};
const hint = async ({ method, orderId, page }: Placed): Promise<void> => {
  const { items } = await shop.ok('GET', new URL(`/sandbox/${processorOf(method)}/requests`, page).href);
  const about = (items as { fields: Record<string, string>; method: string }[]).filter((one) => one.method === 'POST');
  const mondido = about.find(({ fields }) => fields['payment_ref'] === orderId)?.fields['webhook'];
  const payson = about.find(({ fields }) => fields['merchant.reference'] === orderId)?.fields;
  const callback = mondido === undefined ? payson!['merchant.notificationUri']! : JSON.parse(mondido).url;
  await shop.ok('POST', callback);
};
/** What the processor holds in the end, as its requests show. */
const sent = async (order: Placed, method: string, path: RegExp) => {
  const { items } = await shop.ok('GET', new URL(`/sandbox/${processorOf(order.method)}/requests`, order.page).href);
  const reference = (await trail(order.orderId)).find(({ type }) => type === 'PaymentOpened')!.fields[
    'paymentReference'
  ];
  return (items as { fields: Record<string, unknown>; method: string; path: string }[]).filter(
    (one) =>
      one.method === method &&
      path.test(one.path) &&
      (one.path.includes(String(reference)) || one.fields['transaction_id'] === String(reference)),
  );
};

describe.each(['paysonInvoice', 'mondidoCard'] as const)('a refund before the money is taken (%s)', (method) => {
  it('of one of two lines reduces what the shop keeps, and shipping takes the rest', async () => {
    const order = await paid(method);
    const { amount, status } = await refund(order.orderId, order.lines.slice(0, 1));
    expect(status).toBe('decided');
    expect((await ship(order.orderId)).status).toBe(200);
    await isInTrail(order.orderId, 'PaymentCaptured');
    const shown = await until(async () => {
      const now = await orderOf(order.orderId);
      return now.refunds[0].status !== 'decided' && now;
    }, 20_000);
    if (method === 'mondidoCard') {
      // The customer was never charged, so nothing is said to be refunded.
      expect(shown).toMatchObject({
        status: 'shipped',
        refunds: [{ status: 'notCharged' }],
        refunded: { amountMinor: 0 },
      });
      const [capture] = await sent(order, 'PUT', /capture$/);
      expect(Number(capture!.fields['amount']) * 100).toBeCloseTo(order.total - amount.amountMinor);
    } else {
      expect(shown).toMatchObject({ status: 'partlyRefunded', refunds: [{ status: 'paid' }], refunded: amount });
      const credited = (await sent(order, 'PUT', /Checkouts/)).at(-1)!.fields;
      expect(Number(credited['order.items[0].creditedAmount']) * 100).toBeCloseTo(amount.amountMinor);
    }
    expect(await parked(order.orderId)).toEqual([]);
    expect(await discrepanciesOf(order.orderId)).toEqual([]);
  }, 60_000);

  it('does not delay a cancellation: the reservation is released', async () => {
    const order = await paid(method);
    await refund(order.orderId, order.lines.slice(0, 1));
    await cancel(order.orderId);
    await isInTrail(order.orderId, 'PaymentReleased');
    expect(await orderOf(order.orderId)).toMatchObject({ status: 'cancelled', refunds: [{ status: 'notCharged' }] });
    expect(await parked(order.orderId)).toEqual([]);
  }, 60_000);

  it('of all cancels the order and releases the reservation', async () => {
    const order = await paid(method);
    await refund(order.orderId);
    await isInTrail(order.orderId, 'PaymentReleased');
    expect(await orderOf(order.orderId)).toMatchObject({ status: 'cancelled', refunded: { amountMinor: 0 } });
    expect((await ship(order.orderId)).body).toMatchObject({ code: 'order-already-cancelled' });
  }, 60_000);

  it('and one after it are each carried out once', async () => {
    const order = await paid(method);
    await refund(order.orderId, order.lines.slice(0, 1));
    await ship(order.orderId);
    await isInTrail(order.orderId, 'PaymentCaptured');
    await refund(order.orderId, order.lines.slice(1));
    const shown = await becomes(order.orderId, 'refunded');
    const notCharged = shown.refunds.filter((one: { status: string }) => one.status === 'notCharged');
    const sum = notCharged.reduce(
      (all: number, one: { amount: { amountMinor: number } }) => all + one.amount.amountMinor,
      0,
    );
    expect(shown.refunded.amountMinor + sum).toBe(order.total);
  }, 60_000);
});

describe.each(['paysonInvoice', 'mondidoCard'] as const)('what happens at the processor (%s)', (method) => {
  it('a reservation cancelled there ends the payment: the order does not ship, and a person sees it', async () => {
    const order = await paid(method);
    await act(order, 'cancel');
    const shown = await becomes(order.orderId, 'paymentDenied');
    expect(shown.payment).toMatchObject({ status: 'denied', reason: 'releasedAtProcessor' });
    expect(shown.payment.explanation).toContain('släppt');
    expect((await ship(order.orderId)).body).toMatchObject({ status: 409, code: 'order-not-paid' });
    expect(await discrepanciesOf(order.orderId)).toEqual(['found releasedAtProcessor']);
    await cancel(order.orderId);
    expect(await discrepanciesOf(order.orderId)).toEqual(['found releasedAtProcessor', 'resolved releasedAtProcessor']);
  }, 60_000);

  it('a refund made there is shown, and the same refund recorded in the shop claims it: nothing is paid twice', async () => {
    const order = await paid(method);
    await ship(order.orderId);
    await isInTrail(order.orderId, 'PaymentCaptured');
    const price = (await orderOf(order.orderId)).lines[0].total.amountMinor as number;
    await act(order, 'refund', price);
    const shown = await becomes(order.orderId, 'partlyRefunded');
    expect(shown.refunded.amountMinor).toBe(price);
    expect(await discrepanciesOf(order.orderId)).toEqual(['found refundedAtProcessor']);
    const recorded = await refund(order.orderId, order.lines.slice(0, 1));
    expect(recorded.status).toBe('paid');
    const ended = (await trail(order.orderId)).filter(({ fields }) => fields['intent'] === 'refundPayment');
    expect(ended.map(({ type }) => type)).not.toContain('ForwardingParked');
    await hint(order);
    expect((await orderOf(order.orderId)).refunded.amountMinor).toBe(price);
    expect(await discrepanciesOf(order.orderId)).toEqual(['found refundedAtProcessor', 'resolved refundedAtProcessor']);
  }, 60_000);

  it('an approval for less is not the payment of the order: it is released, and the customer is told why', async () => {
    const order = await placeOrder(method);
    await pay(order, order.total - 100);
    const shown = await becomes(order.orderId, 'paymentDenied');
    expect(shown.payment).toMatchObject({ status: 'denied', reason: 'amountDiffers' });
    await isInTrail(order.orderId, 'PaymentReleased');
    expect(await discrepanciesOf(order.orderId)).toEqual(['found approvedForLess', 'resolved approvedForLess']);
  }, 60_000);

  it('money taken there before the order is cancelled goes back', async () => {
    const order = await paid(method);
    await act(order, 'capture');
    await isInTrail(order.orderId, 'PaymentCaptured');
    await cancel(order.orderId);
    await isInTrail(order.orderId, 'PaymentReleased');
    expect(await orderOf(order.orderId)).toMatchObject({ status: 'cancelled', refunded: { amountMinor: order.total } });
  }, 60_000);

  it('a payment that the processor no longer knows ends: an open order as expired', async () => {
    const order = await placeOrder(method);
    await act(order, 'forget');
    const shown = await becomes(order.orderId, 'paymentDenied');
    expect(shown.payment).toMatchObject({ reason: 'expired' });
  }, 60_000);
});
