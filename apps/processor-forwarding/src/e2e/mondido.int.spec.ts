import { newId, streamName, type Uuid } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { order, startStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ withMondido: true });
});
afterAll(() => stage.close());

const received = (method: string, path: RegExp) =>
  stage.sandbox
    .received()
    .filter((request) => request.processor === 'mondido' && request.method === method && path.test(request.path));
const creations = (orderId: Uuid) =>
  received('POST', /^\/transactions$/).filter(({ fields }) => fields['payment_ref'] === orderId);

const opened = async () => {
  const placed = await stage.placeOrder({ facts: { paymentMethod: 'mondidoCard' } });
  const checkout = await stage.waitFor('openPayment', placed.orderId, 'CheckoutOpened', 'mondido');
  await stage.waitFor('openPayment', placed.orderId, 'ForwardingCompleted', 'mondido');
  return { ...placed, checkout, reference: checkout.paymentReference };
};
const approved = async () => {
  const payment = await opened();
  const body = JSON.stringify({ decision: 'approve' });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(payment.checkout.action.url, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  const read = await stage.waitFor('openPayment', payment.orderId, 'PaymentStatusRead', 'mondido');
  expect(read).toMatchObject({ status: 'approved', amount: { amountMinor: 65885, currency: 'SEK' } });
  // As the order service notes it.
  const paid = { processorId: 'mondido', paymentReference: payment.reference, amount: order.total };
  await stage.append(streamName('order', payment.orderId), payment.subjectId, { type: 'PaymentApproved', data: paid });
  return payment;
};
const captured = async () => {
  const payment = await approved();
  const shipment = { type: 'OrderShipped', data: { shippedAt: '2026-11-22T10:00:00.000Z' } };
  await stage.append(streamName('order', payment.orderId), payment.subjectId, shipment);
  await stage.waitFor('capturePayment', payment.orderId, 'ForwardingCompleted', 'mondido');
  return payment;
};
const refunds = (reference: string) =>
  received('POST', /^\/refunds$/).filter(({ fields }) => fields['transaction_id'] === reference);
const decided = (refundId: Uuid) => ({
  type: 'RefundDecided',
  data: {
    refundId,
    lines: [{ sku: 'tea-1', quantity: 1 }],
    amount: { amountMinor: 12990, currency: 'SEK' },
    reason: 'Broken on arrival',
  },
});

describe('a card payment', () => {
  it('is opened with the fields of the grant and no card, and the buyer goes to the hosted page', async () => {
    const { orderId, checkout } = await opened();
    const [sent, ...more] = creations(orderId);
    expect(more).toEqual([]);
    expect(JSON.parse(String(sent!.fields['payment_details']))).toEqual({
      first_name: 'Astrid',
      last_name: 'Exempel',
      email: 'astrid@example.org',
      phone: '+46701740605',
      address_1: 'Storgatan 1',
      zip: '111 22',
      city: 'Stockholm',
      country_code: 'SWE',
    });
    expect(Object.keys(sent!.fields).filter((name) => /card|ssn|customer/.test(name))).toEqual([]);
    expect(checkout.action).toEqual({ kind: 'redirect', url: expect.stringContaining('/mondido/v1/form/') });
    const ledger = (await stage.eventsOf('openPayment', orderId, 'mondido')).filter(
      ({ type }) => type === 'DataDisclosed',
    );
    expect(ledger.map(({ data }) => data)).toMatchObject([
      { processorId: 'mondido', legalEntity: 'Mondido IT AB', outcome: 'delivered' },
    ]);
  });

  it('never carries a personnummer, whatever the order says', async () => {
    const facts = { paymentMethod: 'mondidoCard', personnummerGround: 'secureIdentification' } as const;
    const { orderId } = await stage.placeOrder({ facts });
    const refused = await stage.waitFor('openPayment', orderId, 'ForwardingRefused', 'mondido');
    expect(refused).toMatchObject({ reason: 'fieldNotAllowed', fields: ['personnummer'] });
    expect(creations(orderId)).toEqual([]);
  });

  it('is found after a lost response: one transaction', async () => {
    await stage.plantFault({ processor: 'mondido', method: 'POST', path: '/transactions', kind: 'dropAfterEffect' });
    const { orderId } = await opened();
    expect(creations(orderId)).toHaveLength(1);
  });

  it('is captured and refunded once each, also when the responses are lost', async () => {
    await stage.plantFault({ processor: 'mondido', method: 'PUT', kind: 'dropAfterEffect' });
    const { orderId, subjectId, reference } = await captured();
    expect(received('PUT', new RegExp(`/${reference}/capture$`))).toHaveLength(1);
    await stage.plantFault({ processor: 'mondido', method: 'POST', path: '/refunds', kind: 'dropAfterEffect' });
    const [first, second] = [newId(), newId()];
    await stage.append(streamName('order', orderId), subjectId, decided(first));
    await stage.append(streamName('order', orderId), subjectId, decided(second));
    await stage.waitFor('refundPayment', first, 'ForwardingCompleted', 'mondido');
    await stage.waitFor('refundPayment', second, 'ForwardingCompleted', 'mondido');
    expect(refunds(reference)).toHaveLength(2);
    expect(await stage.waitFor('openPayment', orderId, 'PaymentStatusRead', 'mondido')).toMatchObject({
      status: 'captured',
      refundedMinor: 25980,
    });
  });

  it('is released when the order is cancelled', async () => {
    const { orderId, subjectId, reference } = await approved();
    const cancelled = { type: 'OrderCancelled', data: { by: 'customer' } };
    await stage.append(streamName('order', orderId), subjectId, cancelled);
    await stage.waitFor('cancelPayment', orderId, 'ForwardingCompleted', 'mondido');
    expect(refunds(reference)).toHaveLength(1);
    const read = await stage.waitFor('openPayment', orderId, 'PaymentStatusRead', 'mondido');
    expect(read).toMatchObject({ status: 'cancelled', refundedMinor: 0 });
  });

  it('leaves no card number in rows, events or queue', async () => {
    await until(async () => (await stage.rows('SELECT 1 FROM forwarding.mondido_lane')).length === 0);
    const { events } = await stage.service.platform.store.readAll({ after: null });
    const tables = ['mondido_item', 'delivery', 'recipient', 'payment_watch'];
    const rows = await Promise.all(tables.map((table) => stage.rows(`SELECT * FROM forwarding.${table}`)));
    const dump = JSON.stringify([events.map(({ data }) => data), rows]);
    expect(rows.flat().length).toBeGreaterThan(5);
    // Whole numbers and names: ciphertexts in base64 hold any three letters by chance.
    expect(dump).not.toMatch(/4111[ -]?1111|"(card_number|card_holder|card_cvv|cvv)"/i);
  });
});
