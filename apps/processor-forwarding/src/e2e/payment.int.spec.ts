import { newId, streamName } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { paymentFlow } from './payment-flow.js';
import { order, startStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const { approved, opened, shipped } = paymentFlow(() => stage);

const personal = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith('customer.')));

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

    const [asked, ledger] = await stage.eventsOf('openPayment', orderId);
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
    const ledger = (await stage.eventsOf('openPayment', orderId)).find(({ type }) => type === 'DataDisclosed');
    expect((ledger!.data as unknown as { fields: string[] }).fields).not.toContain('phone');
  });

  it('leaves nothing in the queue at the end, and never a value', async () => {
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
    await stage.append(streamName('dataSubject', subjectId), subjectId, {
      type: 'PersonnummerRecorded',
      data: recorded,
    });
    const { orderId } = await opened({ subjectId, facts: { personnummerGround: 'secureIdentification' } });
    expect(stage.received('POST', orderId)[0]!.fields).toMatchObject({ 'customer.identityNumber': '7001011234' });
    const ledger = (await stage.eventsOf('openPayment', orderId)).filter(({ type }) => type === 'DataDisclosed');
    expect(ledger.map(({ data }) => data)).toMatchObject([
      { purpose: 'payment' },
      { purpose: 'invoiceIdentification', fields: ['personnummer'], legalBasis: 'contract' },
    ]);
  });

  it('refuses the whole where the ground is consent and there is none', async () => {
    const { orderId } = await stage.placeOrder({ facts: { personnummerGround: 'consent' } });
    const refused = await stage.waitFor('openPayment', orderId, 'ForwardingRefused');
    expect(refused).toMatchObject({ reason: 'consentMissing', purpose: 'personnummer', fields: ['personnummer'] });
    expect(stage.received('POST', orderId)).toEqual([]);
  });

  it('goes to no processor that is not connected', async () => {
    const { orderId } = await stage.placeOrder({ facts: { paymentMethod: 'mondidoCard' } });
    const refused = await stage.waitFor('openPayment', orderId, 'ForwardingRefused', 'mondido');
    expect(refused.reason).toBe('unknownProcessor');
  });

  it('is captured once, however often it is requested', async () => {
    const { orderId, reference } = await shipped();
    const reads = (await stage.eventsOf('openPayment', orderId)).filter(({ type }) => type === 'PaymentStatusRead');
    expect(reads.map(({ data }) => (data as { status: string }).status)).toEqual(['approved', 'captured']);
    expect(stage.received('PUT', orderId).filter(({ path }) => path.includes(reference))).toHaveLength(1);
  });

  it('is credited to a total, which is the sum of the decided refunds', async () => {
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
    await stage.append(streamName('order', orderId), subjectId, refund(first, 'tea-1', 12990));
    await stage.append(streamName('order', orderId), subjectId, refund(second, 'pot-1', 39905));
    await stage.waitFor('refundPayment', first, 'ForwardingCompleted');
    await stage.waitFor('refundPayment', second, 'ForwardingCompleted');
    const last = await stage.waitFor('openPayment', orderId, 'PaymentStatusRead');
    expect(last).toMatchObject({ status: 'captured', refundedMinor: 52895 });
    expect(stage.received('PUT', orderId)).toHaveLength(3);
    expect(stage.received('PUT', orderId).at(-1)!.fields).toMatchObject({
      'order.items[0].creditedAmount': 129.9,
      'order.items[1].creditedAmount': 399.05,
    });
    expect(Object.keys(personal(stage.received('PUT', orderId).at(-1)!.fields))).toEqual([]);
  });

  it('is cancelled when it is reserved, and otherwise left to expire', async () => {
    const cancel = { type: 'OrderCancelled', data: { by: 'customer' } };
    const reserved = await approved();
    await stage.append(streamName('order', reserved.orderId), reserved.subjectId, cancel);
    await stage.waitFor('cancelPayment', reserved.orderId, 'ForwardingCompleted');
    expect(await stage.waitFor('openPayment', reserved.orderId, 'PaymentStatusRead')).toMatchObject({
      status: 'cancelled',
    });
    const unpaid = await opened();
    await stage.append(streamName('order', unpaid.orderId), unpaid.subjectId, cancel);
    await stage.waitFor('cancelPayment', unpaid.orderId, 'ForwardingCompleted');
    expect(stage.received('PUT', unpaid.orderId)).toEqual([]);
    // If the customer still pays, the reservation is released.
    await stage.decide(unpaid.reference, 'approve');
    await until(async () => stage.received('PUT', unpaid.orderId).length === 1, 20_000);
    expect(stage.received('PUT', unpaid.orderId)[0]!.fields).toMatchObject({ status: 'canceled' });
  });
});
