/*
 * Promised: wherever a worker is killed, the effect happens once and is recorded once. Left open, because it cannot be
 * prevented: a processor that shows an effect only after it was asked about it.
 */
import { streamName } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { crashAt, crashPoints } from './crash-points.js';
import { startStage, type Stage } from './stage.js';

const stages: Stage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.close();
});
const staged = async (options: Parameters<typeof startStage>[0]): Promise<Stage> => {
  const stage = await startStage(options);
  stages.push(stage);
  return stage;
};

describe.each(crashPoints)('a worker killed when an item is %s', (point) => {
  it('opens one payment', async () => {
    const crash = crashAt(point);
    const stage = await staged({ providers: crash.providers });
    const { orderId } = await stage.placeOrder();
    await stage.waitFor('openPayment', orderId, 'ForwardingCompleted');
    await until(async () => (await stage.rows('SELECT 1 FROM forwarding.payson_lane')).length === 0, 20_000);
    expect(crash.at).toBeNull();
    expect(stage.received('POST', orderId)).toHaveLength(1);
    const types = (await stage.eventsOf('openPayment', orderId)).map(({ type }) => type);
    expect(types.filter((type) => type === 'CheckoutOpened')).toHaveLength(1);
    // Killed before a byte was sent: the ledger cannot know that and records `unknown`.
    expect(types.filter((type) => type === 'DataDisclosed')).toHaveLength(point === 'marked' ? 2 : 1);
  });

  it('captures once', async () => {
    const crash = crashAt(null);
    const stage = await staged({ providers: crash.providers });
    const { orderId, subjectId } = await stage.placeOrder();
    const { paymentReference } = await stage.waitFor('openPayment', orderId, 'CheckoutOpened');
    await stage.waitFor('openPayment', orderId, 'ForwardingCompleted');
    await stage.decide(paymentReference, 'approve');
    await stage.waitFor('openPayment', orderId, 'PaymentStatusRead');
    crash.at = point;
    const shipment = { type: 'OrderShipped', data: { shippedAt: '2026-11-22T10:00:00.000Z' } };
    await stage.append(streamName('order', orderId), subjectId, shipment);
    await stage.waitFor('capturePayment', orderId, 'ForwardingCompleted');
    await until(async () => (await stage.rows('SELECT 1 FROM forwarding.payson_lane')).length === 0, 20_000);
    expect(crash.at).toBeNull();
    expect(stage.received('PUT', orderId)).toHaveLength(1);
  });
});
