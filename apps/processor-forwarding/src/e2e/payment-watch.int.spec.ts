/*
 * Promised: what a processor does to a payment without telling the shop is seen all the same, and no payment is waited for
 * without an end.
 */
import { until } from '@dittoo/platform/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { order, startStage, type Stage } from './stage.js';

const stages: Stage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.close();
});

/** No callback reaches the shop: its address is another. */
const staged = async (tuning: object): Promise<Stage> => {
  const stage = await startStage(
    { withMondido: true, tuning: { watchPauseMs: 100, ...tuning } },
    { PUBLIC_URL: 'http://shop.example.org' },
  );
  stages.push(stage);
  return stage;
};
const statuses = async (stage: Stage, orderId: string) =>
  (await stage.eventsOf('openPayment', orderId, 'mondido')).flatMap((event) =>
    event.type === 'PaymentStatusRead' ? [`${event.data.status} ${event.data.refundedMinor}`] : [],
  );
const opened = async (stage: Stage) => {
  const { orderId } = await stage.placeOrder({ facts: { paymentMethod: 'mondidoCard' } });
  const { action, paymentReference } = await stage.waitFor('openPayment', orderId, 'CheckoutOpened', 'mondido');
  const post = async (url: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status).toBe(200);
  };
  const act = (what: string, amountMinor?: number) =>
    post(`${stage.sandbox.urls.sandbox}/mondido/payments/${paymentReference}/acts`, { act: what, amountMinor });
  return { orderId, act, approve: () => post(action.url, { decision: 'approve' }) };
};
const watched = async (stage: Stage) => (await stage.rows('SELECT 1 FROM forwarding.payment_watch')).length;

describe('a payment', () => {
  it('that is reserved, taken and paid back at the processor is seen each time', async () => {
    const stage = await staged({ watchReservedMs: 100, watchTakenMs: 100 });
    const { act, approve, orderId } = await opened(stage);
    await approve();
    await until(async () => (await statuses(stage, orderId)).includes('approved 0'), 20_000);
    await act('capture');
    await until(async () => (await statuses(stage, orderId)).includes('captured 0'), 20_000);
    await act('refund', 1000);
    await until(async () => (await statuses(stage, orderId)).includes('captured 1000'), 20_000);
    expect(await statuses(stage, orderId)).toEqual(['approved 0', 'captured 0', 'captured 1000']);
    const [{ days }] = (await stage.rows(
      'SELECT extract(epoch FROM ends_at - now()) / 86400 AS days FROM forwarding.payment_watch',
    )) as [{ days: string }];
    expect(Number(days)).toBeGreaterThan(89);
    expect(Number(days)).toBeLessThanOrEqual(90);
  });

  it('whose reservation is released there is seen, and watched no longer', async () => {
    const stage = await staged({ watchReservedMs: 100 });
    const { act, approve, orderId } = await opened(stage);
    await approve();
    await until(async () => (await statuses(stage, orderId)).includes('approved 0'), 20_000);
    await act('cancel');
    await until(async () => (await statuses(stage, orderId)).includes('cancelled 0'), 20_000);
    await until(async () => (await watched(stage)) === 0);
  });

  it('is watched again where its watch had ended: one that was denied is made after all', async () => {
    const stage = await startStage({ withMondido: true, tuning: { watchReservedMs: 100 } });
    stages.push(stage);
    const { act, approve, orderId } = await opened(stage);
    await stage.rows('DELETE FROM forwarding.payment_watch');
    await approve(); // a callback has it read
    await until(async () => (await watched(stage)) === 1, 20_000);
    await act('cancel');
    await until(async () => (await statuses(stage, orderId)).includes('cancelled 0'), 20_000);
  });

  it('that the processor does not know any more is on record as that, once', async () => {
    const stage = await staged({});
    const { act, orderId } = await opened(stage);
    await act('forget');
    await stage.waitFor('openPayment', orderId, 'PaymentNotFound', 'mondido');
    await until(async () => (await watched(stage)) === 0);
    const types = (await stage.eventsOf('openPayment', orderId, 'mondido')).map(({ type }) => type);
    expect(types.filter((type) => type === 'PaymentNotFound')).toHaveLength(1);
  });

  it('that cannot be read is noted as that, until it can be', async () => {
    const stage = await staged({});
    await opened(stage);
    const failing = async () =>
      (await stage.rows('SELECT 1 FROM forwarding.payment_watch WHERE failing_since IS NOT NULL')).length;
    await stage.plantFault({ processor: 'mondido', method: 'GET', kind: 'status', status: 400, times: 2 });
    await until(async () => (await failing()) === 1, 20_000);
    await until(async () => (await failing()) === 0, 30_000);
  });

  it('that stays pending is waited for no longer after its time', async () => {
    const stage = await staged({ pendingDays: 0 });
    const { orderId } = await opened(stage);
    await stage.waitFor('openPayment', orderId, 'PaymentAbandoned', 'mondido');
    await until(async () => (await watched(stage)) === 0);
  });

  it('whose command finds it in another state leaves what was seen on record', async () => {
    const stage = await staged({});
    const { act, approve, orderId } = await opened(stage);
    await approve();
    await until(async () => (await statuses(stage, orderId)).includes('approved 0'), 20_000);
    await act('cancel');
    const [{ subject_id: subjectId }] = (await stage.rows('SELECT subject_id FROM forwarding.payment_watch')) as [{ subject_id: string }]; // prettier-ignore
    const amount = order.total;
    const paid = { processorId: 'mondido', paymentReference: 'p', amount };
    await stage.append(`order-${orderId}`, subjectId, { type: 'PaymentApproved', data: paid });
    await stage.append(`order-${orderId}`, subjectId, { type: 'OrderShipped', data: { shippedAt: '2026-11-22T10:00:00.000Z' } }); // prettier-ignore
    expect(await stage.waitFor('capturePayment', orderId, 'ForwardingParked', 'mondido')).toMatchObject({
      failure: 'payment-cancelled',
    });
    expect(await statuses(stage, orderId)).toContain('cancelled 0');
  });
});
