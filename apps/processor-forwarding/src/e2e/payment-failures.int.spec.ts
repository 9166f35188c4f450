import { newId, streamName } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { paymentFlow } from './payment-flow.js';
import { startStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const { approved, opened } = paymentFlow(() => stage);

describe('failures', () => {
  it('a time-out after the effect is reconciled: no second checkout', async () => {
    await stage.plantFault({ method: 'POST', path: '/Checkouts', kind: 'hangAfterEffect' });
    const { orderId } = await opened();
    expect(stage.received('POST', orderId)).toHaveLength(1);
    const events = await stage.eventsOf('openPayment', orderId);
    expect(events.map(({ type }) => type)).toEqual([
      'ForwardingRequested',
      'DataDisclosed',
      'AttemptFailed',
      'CheckoutOpened',
      'ForwardingCompleted',
    ]);
    expect(events[1]!.data).toMatchObject({ outcome: 'unknown' });
  });

  it('a 5xx is reconciled, then retried no sooner than requested', async () => {
    await stage.plantFault({ method: 'POST', path: '/Checkouts', kind: 'status', status: 503, retryAfter: '1' });
    const started = Date.now();
    const { orderId } = await opened();
    expect(Date.now() - started).toBeGreaterThanOrEqual(1000);
    expect(stage.received('POST', orderId)).toHaveLength(2);
    const ledger = (await stage.eventsOf('openPayment', orderId)).filter(({ type }) => type === 'DataDisclosed');
    expect(ledger.map(({ data }) => data)).toMatchObject([
      { attempt: 1, outcome: 'unknown' },
      { attempt: 2, outcome: 'delivered' },
    ]);
  });

  it('a lost response to a capture and to a credit leads to one effect each', async () => {
    const { orderId, subjectId } = await approved();
    await stage.plantFault({ method: 'PUT', kind: 'dropAfterEffect' });
    const shipment = { type: 'OrderShipped', data: { shippedAt: '2026-11-22T10:00:00.000Z' } };
    await stage.append(streamName('order', orderId), subjectId, shipment);
    await stage.waitFor('capturePayment', orderId, 'ForwardingCompleted');
    expect(stage.received('PUT', orderId)).toHaveLength(1);
    await stage.plantFault({ method: 'PUT', kind: 'dropAfterEffect' });
    const refundId = newId();
    const amount = { amountMinor: 12990, currency: 'SEK' };
    const refund = { refundId, lines: [{ sku: 'tea-1', quantity: 1 }], amount, reason: 'Broken on arrival' };
    await stage.append(streamName('order', orderId), subjectId, { type: 'RefundDecided', data: refund });
    await stage.waitFor('refundPayment', refundId, 'ForwardingCompleted');
    expect(stage.received('PUT', orderId)).toHaveLength(2);
    expect(await stage.waitFor('openPayment', orderId, 'PaymentStatusRead')).toMatchObject({ refundedMinor: 12990 });
  });

  it('a 400 to a capture is parked, nothing waits behind it, and its redelivery takes what is left', async () => {
    const { orderId, subjectId } = await approved();
    await stage.plantFault({ method: 'PUT', kind: 'status', status: 400 });
    const shipment = { type: 'OrderShipped', data: { shippedAt: '2026-11-22T10:00:00.000Z' } };
    await stage.append(streamName('order', orderId), subjectId, shipment);
    expect(await stage.waitFor('capturePayment', orderId, 'ForwardingParked')).toMatchObject({ failure: 'http-400' });
    const refundId = newId();
    const amount = { amountMinor: 12990, currency: 'SEK' };
    const refund = { refundId, lines: [{ sku: 'tea-1', quantity: 1 }], amount, reason: 'Broken on arrival' };
    await stage.append(streamName('order', orderId), subjectId, { type: 'RefundDecided', data: refund });
    // Nothing is taken yet, so there is nothing to pay back.
    await stage.waitFor('refundPayment', refundId, 'ForwardingCompleted');
    const authorization = await stage.service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
    const parked = async () => {
      const url = `${stage.service.url}/api/v1/compliance/deliveries?state=parked&processorId=payson`;
      return ((await (await fetch(url, { headers: { authorization } })).json()) as { items: unknown[] }).items;
    };
    await until(async () => (await parked()).length === 1);
    const again = await fetch(`${stage.service.url}/api/v1/compliance/deliveries/redelivery`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{}',
    });
    expect([again.status, await again.json()]).toEqual([202, { requested: 1 }]);
    await stage.waitFor('capturePayment', orderId, 'ForwardingCompleted');
    expect(await stage.waitFor('openPayment', orderId, 'PaymentStatusRead')).toMatchObject({
      status: 'captured',
      refundedMinor: 12990,
    });
    await until(async () => (await parked()).length === 0);
  });
});

describe('erasure', () => {
  it('is answered for every processor in the register', async () => {
    const { subjectId } = await opened();
    const requestId = newId();
    await stage.append(streamName('dataSubject', subjectId), subjectId, {
      type: 'ErasureRequested',
      data: { requestId },
    });
    expect(await stage.waitFor('eraseSubject', requestId, 'ErasureAnswered')).toEqual({
      processorId: 'payson',
      requestId,
      answer: 'notSupported',
      reason: 'manual',
    });
    for (const processorId of ['mondido', 'google', 'oneMail']) {
      expect(await stage.waitFor('eraseSubject', requestId, 'ErasureAnswered', processorId)).toMatchObject({
        answer: 'acknowledged',
        reason: 'nothingHeld',
      });
    }
  });

  it('racing queued disclosures leaves none after it', async () => {
    const subjectId = newId();
    await stage.plantFault({ method: 'POST', path: '/Checkouts', kind: 'delay', delayMs: 300 });
    const orders: string[] = [];
    for (let index = 0; index < 6; index++) orders.push((await stage.placeOrder({ subjectId })).orderId);
    await until(() => stage.received('POST', orders[0]).length === 1);
    const requestId = newId();
    await stage.append(streamName('dataSubject', subjectId), subjectId, {
      type: 'ErasureRequested',
      data: { requestId },
    });
    const late = (await stage.placeOrder({ subjectId })).orderId;
    await stage.waitFor('eraseSubject', requestId, 'ErasureAnswered');
    const ends = async (orderId: string) =>
      until(async () =>
        (await stage.eventsOf('openPayment', orderId)).find(({ type }) => /Cancelled|Refused|Completed/.test(type)),
      );
    expect((await ends(orders[0]!)).type).toBe('ForwardingCompleted');
    for (const orderId of [...orders.slice(1), late]) {
      expect((await ends(orderId)).type).toMatch(/Cancelled|Refused/);
      expect(stage.received('POST', orderId)).toEqual([]);
    }
    // The item in flight was finished before the erasure was answered.
    expect(await stage.waitFor('eraseSubject', requestId, 'ErasureAnswered')).toMatchObject({ reason: 'manual' });
  });
});

describe('a restriction', () => {
  it('stops pending retries and later requests, until it is lifted', async () => {
    const subjectId = newId();
    const requestId = newId();
    const say = (type: 'ProcessingRestricted' | 'RestrictionLifted') =>
      stage.append(streamName('dataSubject', subjectId), subjectId, { type, data: { requestId } });
    await stage.plantFault({ method: 'POST', path: '/Checkouts', kind: 'status', status: 429, retryAfter: '1' });
    const { orderId: waiting } = await stage.placeOrder({ subjectId });
    await stage.waitFor('openPayment', waiting, 'AttemptFailed');
    await say('ProcessingRestricted');
    const { orderId: late } = await stage.placeOrder({ subjectId });
    for (const orderId of [waiting, late]) {
      expect(await stage.waitFor('openPayment', orderId, 'ForwardingRefused')).toMatchObject({
        reason: 'processingRestricted',
        purpose: 'payment',
      });
    }
    expect(stage.received('POST', late)).toEqual([]);
    expect(stage.received('POST', waiting)).toHaveLength(1);
    await say('RestrictionLifted');
    const { orderId: after } = await stage.placeOrder({ subjectId });
    expect(await stage.waitFor('openPayment', after, 'DataDisclosed')).toMatchObject({ outcome: 'delivered' });
  });
});
