import { newId, streamName } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { order, startStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const personal = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith('customer.')));

const opened = async (given: Parameters<Stage['place']>[0] = {}) => {
  const placed = await stage.place(given);
  const checkout = await stage.hears('openPayment', placed.orderId, 'CheckoutOpened');
  await stage.hears('openPayment', placed.orderId, 'ForwardingCompleted');
  return { ...placed, reference: checkout.paymentReference, checkout };
};
const approved = async () => {
  const payment = await opened();
  await stage.decide(payment.reference, 'approve');
  await stage.hears('openPayment', payment.orderId, 'PaymentStatusRead');
  return payment;
};
const shipped = async () => {
  const payment = await approved();
  const shipment = { type: 'OrderShipped', data: { shippedAt: '2026-11-22T10:00:00.000Z' } };
  await stage.say(streamName('order', payment.orderId), payment.subjectId, shipment);
  await stage.hears('capturePayment', payment.orderId, 'ForwardingCompleted');
  return payment;
};

describe('a payment', () => {
  it('is opened with exactly the fields of the grant, and the ledger says which', async () => {
    const { orderId, checkout } = await opened();
    const [sent, ...more] = stage.received('POST', orderId);
    expect(more).toEqual([]);
    expect(personal(sent!.fields)).toEqual({
      'customer.firstName': 'Astrid',
      'customer.lastName': 'Exempel',
      'customer.email': 'astrid@example.org',
      'customer.phone': '+46701740605',
      'customer.street': 'Storgatan 1',
      'customer.postalCode': '111 22',
      'customer.city': 'Stockholm',
      'customer.countryCode': 'SE',
      'customer.type': 'person',
    });
    expect(sent!.fields).toMatchObject({ 'order.items[0].unitPrice': 129.9, 'order.items[1].unitPrice': 399.05 });
    expect(checkout.action).toEqual({ kind: 'snippet', url: expect.stringContaining('/payson/pay/') });

    const [asked, ledger] = await stage.told('openPayment', orderId);
    expect(asked?.type).toBe('ForwardingRequested');
    expect(ledger).toEqual({
      type: 'DataDisclosed',
      data: {
        processorId: 'payson',
        legalEntity: 'Svea Bank AB',
        orderId,
        fields: expect.arrayContaining(['givenName', 'familyName', 'email', 'phone', 'street', 'orderLines']),
        purpose: 'payment',
        legalBasis: 'contract',
        consentRecordId: null,
        consentRevision: null,
        noticeVersion: stage.service.platform.register.noticeVersion,
        ciphertextDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
        attempt: 1,
        outcome: 'delivered',
      },
    });
  });

  it('names no phone where there is none', async () => {
    const { orderId } = await opened({ facts: { recipient: { ...order.recipient, phone: null } as never } });
    expect(stage.received('POST', orderId)[0]!.fields).not.toHaveProperty('customer.phone');
    const ledger = (await stage.told('openPayment', orderId)).find(({ type }) => type === 'DataDisclosed');
    expect((ledger!.data as unknown as { fields: string[] }).fields).not.toContain('phone');
  });

  it('keeps nothing in the queue when it is done, and never a value', async () => {
    const { subjectId } = await opened();
    await until(async () => (await stage.rows('SELECT 1 FROM forwarding.payson_item')).length === 0);
    await until(async () => (await stage.rows('SELECT 1 FROM forwarding.payson_lane')).length === 0);
    expect(await stage.rows(`SELECT 1 FROM forwarding.recipient WHERE subject_id = '${subjectId}'`)).toHaveLength(1);
    const dump = JSON.stringify(await stage.rows('SELECT * FROM forwarding.delivery'));
    expect(dump).not.toMatch(/Astrid|example\.org|Storgatan/);
  });

  it('carries the personnummer under the ground the order chose, as a disclosure of its own', async () => {
    const subjectId = newId();
    const recorded = { number: '197001011234', ground: 'secureIdentification' } as const;
    await stage.say(streamName('dataSubject', subjectId), subjectId, { type: 'PersonnummerRecorded', data: recorded });
    const { orderId } = await opened({ subjectId, facts: { personnummerGround: 'secureIdentification' } });
    expect(stage.received('POST', orderId)[0]!.fields).toMatchObject({ 'customer.identityNumber': '7001011234' });
    const ledger = (await stage.told('openPayment', orderId)).filter(({ type }) => type === 'DataDisclosed');
    expect(ledger.map(({ data }) => data)).toMatchObject([
      { purpose: 'payment' },
      { purpose: 'invoiceIdentification', fields: ['personnummer'], legalBasis: 'contract' },
    ]);
  });

  it('refuses the whole where the ground is consent and there is none', async () => {
    const { orderId } = await stage.place({ facts: { personnummerGround: 'consent' } });
    const refused = await stage.hears('openPayment', orderId, 'ForwardingRefused');
    expect(refused).toMatchObject({ reason: 'consentMissing', purpose: 'personnummer', fields: ['personnummer'] });
    expect(stage.received('POST', orderId)).toEqual([]);
  });

  it('goes to no processor that is not connected', async () => {
    const { orderId } = await stage.place({ facts: { paymentMethod: 'mondidoCard' } });
    const refused = await stage.hears('openPayment', orderId, 'ForwardingRefused', 'mondido');
    expect(refused.reason).toBe('unknownProcessor');
  });

  it('is captured once, however often it is asked for', async () => {
    const { orderId, reference } = await shipped();
    const reads = (await stage.told('openPayment', orderId)).filter(({ type }) => type === 'PaymentStatusRead');
    expect(reads.map(({ data }) => (data as { status: string }).status)).toEqual(['approved', 'captured']);
    expect(stage.received('PUT', orderId).filter(({ path }) => path.includes(reference))).toHaveLength(1);
  });

  it('is credited to a total, and the total is the sum of what was decided', async () => {
    const { orderId, subjectId } = await shipped();
    const [first, second] = [newId(), newId()];
    const refund = (refundId: string, sku: string, amountMinor: number) => ({
      type: 'RefundDecided',
      data: {
        refundId,
        lines: [{ sku, quantity: 1 }],
        amount: { amountMinor, currency: 'SEK' },
        reason: 'Broken on arrival',
      },
    });
    await stage.say(streamName('order', orderId), subjectId, refund(first, 'tea-1', 12990));
    await stage.say(streamName('order', orderId), subjectId, refund(second, 'pot-1', 39905));
    await stage.hears('refundPayment', first, 'ForwardingCompleted');
    await stage.hears('refundPayment', second, 'ForwardingCompleted');
    const last = await stage.hears('openPayment', orderId, 'PaymentStatusRead');
    expect(last).toMatchObject({ status: 'captured', refundedMinor: 52895 });
    expect(stage.received('PUT', orderId)).toHaveLength(3);
    expect(stage.received('PUT', orderId).at(-1)!.fields).toMatchObject({
      'order.items[0].creditedAmount': 129.9,
      'order.items[1].creditedAmount': 399.05,
    });
    expect(Object.keys(personal(stage.received('PUT', orderId).at(-1)!.fields))).toEqual([]);
  });

  it('is cancelled when it is reserved, and left to expire when it is not', async () => {
    const cancel = { type: 'OrderCancelled', data: { by: 'customer' } };
    const reserved = await approved();
    await stage.say(streamName('order', reserved.orderId), reserved.subjectId, cancel);
    await stage.hears('cancelPayment', reserved.orderId, 'ForwardingCompleted');
    expect(await stage.hears('openPayment', reserved.orderId, 'PaymentStatusRead')).toMatchObject({
      status: 'cancelled',
    });
    const unpaid = await opened();
    await stage.say(streamName('order', unpaid.orderId), unpaid.subjectId, cancel);
    await stage.hears('cancelPayment', unpaid.orderId, 'ForwardingCompleted');
    expect(stage.received('PUT', unpaid.orderId)).toEqual([]);
    // Somebody pays all the same: what is reserved then is released.
    await stage.decide(unpaid.reference, 'approve');
    await until(async () => stage.received('PUT', unpaid.orderId).length === 1, 20_000);
    expect(stage.received('PUT', unpaid.orderId)[0]!.fields).toMatchObject({ status: 'canceled' });
  });
});

describe('failures', () => {
  it('a time-out after the effect is reconciled: no second checkout', async () => {
    await stage.plant({ method: 'POST', path: '/Checkouts', kind: 'hangAfterEffect' });
    const { orderId } = await opened();
    expect(stage.received('POST', orderId)).toHaveLength(1);
    const events = await stage.told('openPayment', orderId);
    expect(events.map(({ type }) => type)).toEqual([
      'ForwardingRequested',
      'DataDisclosed',
      'AttemptFailed',
      'CheckoutOpened',
      'ForwardingCompleted',
    ]);
    expect(events[1]!.data).toMatchObject({ outcome: 'unknown' });
  });

  it('a 5xx is looked into, then sent again no sooner than asked', async () => {
    await stage.plant({ method: 'POST', path: '/Checkouts', kind: 'status', status: 503, retryAfter: '1' });
    const started = Date.now();
    const { orderId } = await opened();
    expect(Date.now() - started).toBeGreaterThanOrEqual(1000);
    expect(stage.received('POST', orderId)).toHaveLength(2);
    const ledger = (await stage.told('openPayment', orderId)).filter(({ type }) => type === 'DataDisclosed');
    expect(ledger.map(({ data }) => data)).toMatchObject([
      { attempt: 1, outcome: 'unknown' },
      { attempt: 2, outcome: 'delivered' },
    ]);
  });

  it('a lost answer to a capture and to a credit leads to one effect each', async () => {
    const { orderId, subjectId } = await approved();
    await stage.plant({ method: 'PUT', kind: 'dropAfterEffect' });
    const shipment = { type: 'OrderShipped', data: { shippedAt: '2026-11-22T10:00:00.000Z' } };
    await stage.say(streamName('order', orderId), subjectId, shipment);
    await stage.hears('capturePayment', orderId, 'ForwardingCompleted');
    expect(stage.received('PUT', orderId)).toHaveLength(1);
    await stage.plant({ method: 'PUT', kind: 'dropAfterEffect' });
    const refundId = newId();
    const amount = { amountMinor: 12990, currency: 'SEK' };
    const refund = { refundId, lines: [{ sku: 'tea-1', quantity: 1 }], amount, reason: 'Broken on arrival' };
    await stage.say(streamName('order', orderId), subjectId, { type: 'RefundDecided', data: refund });
    await stage.hears('refundPayment', refundId, 'ForwardingCompleted');
    expect(stage.received('PUT', orderId)).toHaveLength(2);
    expect(await stage.hears('openPayment', orderId, 'PaymentStatusRead')).toMatchObject({ refundedMinor: 12990 });
  });

  it('a 400 is parked, the chain behind it waits, and an officer may try both again', async () => {
    const { orderId, subjectId } = await approved();
    await stage.plant({ method: 'PUT', kind: 'status', status: 400 });
    const shipment = { type: 'OrderShipped', data: { shippedAt: '2026-11-22T10:00:00.000Z' } };
    await stage.say(streamName('order', orderId), subjectId, shipment);
    expect(await stage.hears('capturePayment', orderId, 'ForwardingParked')).toMatchObject({ failure: 'http-400' });
    const refundId = newId();
    const amount = { amountMinor: 12990, currency: 'SEK' };
    const refund = { refundId, lines: [{ sku: 'tea-1', quantity: 1 }], amount, reason: 'Broken on arrival' };
    await stage.say(streamName('order', orderId), subjectId, { type: 'RefundDecided', data: refund });
    expect(await stage.hears('refundPayment', refundId, 'ForwardingParked')).toMatchObject({
      failure: 'chain-stopped',
    });
    const authorization = await stage.service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
    const parked = async () => {
      const url = `${stage.service.url}/api/v1/compliance/deliveries?state=parked&processorId=payson`;
      return ((await (await fetch(url, { headers: { authorization } })).json()) as { items: unknown[] }).items;
    };
    await until(async () => (await parked()).length === 2);
    const again = await fetch(`${stage.service.url}/api/v1/compliance/deliveries/redelivery`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{}',
    });
    expect([again.status, await again.json()]).toEqual([202, { requested: 2 }]);
    await stage.hears('capturePayment', orderId, 'ForwardingCompleted');
    await stage.hears('refundPayment', refundId, 'ForwardingCompleted');
    await until(async () => (await parked()).length === 0);
  });
});

describe('erasure', () => {
  it('is answered by every processor of the register, each as it can', async () => {
    const { subjectId } = await opened();
    const requestId = newId();
    await stage.say(streamName('dataSubject', subjectId), subjectId, { type: 'ErasureRequested', data: { requestId } });
    expect(await stage.hears('eraseSubject', requestId, 'ErasureAnswered')).toEqual({
      processorId: 'payson',
      requestId,
      answer: 'notSupported',
      reason: 'manual',
    });
    for (const processorId of ['mondido', 'google', 'oneMail']) {
      expect(await stage.hears('eraseSubject', requestId, 'ErasureAnswered', processorId)).toMatchObject({
        answer: 'acknowledged',
        reason: 'nothingHeld',
      });
    }
  });

  it('racing queued disclosures leaves none after it', async () => {
    const subjectId = newId();
    await stage.plant({ method: 'POST', path: '/Checkouts', kind: 'delay', delayMs: 300 });
    const orders: string[] = [];
    for (let index = 0; index < 6; index++) orders.push((await stage.place({ subjectId })).orderId);
    await until(() => stage.received('POST', orders[0]).length === 1);
    const requestId = newId();
    await stage.say(streamName('dataSubject', subjectId), subjectId, { type: 'ErasureRequested', data: { requestId } });
    const late = (await stage.place({ subjectId })).orderId;
    await stage.hears('eraseSubject', requestId, 'ErasureAnswered');
    const ends = async (orderId: string) =>
      until(async () =>
        (await stage.told('openPayment', orderId)).find(({ type }) => /Cancelled|Refused|Completed/.test(type)),
      );
    expect((await ends(orders[0]!)).type).toBe('ForwardingCompleted');
    for (const orderId of [...orders.slice(1), late]) {
      expect((await ends(orderId)).type).toMatch(/Cancelled|Refused/);
      expect(stage.received('POST', orderId)).toEqual([]);
    }
    // The one in flight was done before the erasure was answered.
    expect(await stage.hears('eraseSubject', requestId, 'ErasureAnswered')).toMatchObject({ reason: 'manual' });
  });
});

describe('a restriction', () => {
  it('stops what waits for its next attempt and what is asked later, until it is lifted', async () => {
    const subjectId = newId();
    const requestId = newId();
    const say = (type: 'ProcessingRestricted' | 'RestrictionLifted') =>
      stage.say(streamName('dataSubject', subjectId), subjectId, { type, data: { requestId } });
    await stage.plant({ method: 'POST', path: '/Checkouts', kind: 'status', status: 429, retryAfter: '1' });
    const { orderId: waiting } = await stage.place({ subjectId });
    await stage.hears('openPayment', waiting, 'AttemptFailed');
    await say('ProcessingRestricted');
    const { orderId: late } = await stage.place({ subjectId });
    for (const orderId of [waiting, late]) {
      expect(await stage.hears('openPayment', orderId, 'ForwardingRefused')).toMatchObject({
        reason: 'processingRestricted',
        purpose: 'payment',
      });
    }
    expect(stage.received('POST', late)).toEqual([]);
    expect(stage.received('POST', waiting)).toHaveLength(1);
    await say('RestrictionLifted');
    const { orderId: after } = await stage.place({ subjectId });
    expect(await stage.hears('openPayment', after, 'DataDisclosed')).toMatchObject({ outcome: 'delivered' });
  });
});
