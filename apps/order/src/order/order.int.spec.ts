/* eslint max-lines: off -- one service and one database are started for all of it */
import { get as openStream, type IncomingMessage } from 'node:http';
import { orderNumberOf, schemaMap, type CustomerEvent, type ForwardingEvent } from '@dittoo/contracts';
import { newId, streamName, type DomainEvent } from '@dittoo/kernel';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { orderService } from '../order.module.js';

let service: TestService;

beforeAll(async () => {
  service = await startTestService(orderService);
});
afterAll(() => service.close());

/** Appends another service's event, as that service would. */
const appended = async (category: string, id: string, subjectId: string, ...events: DomainEvent[]): Promise<void> => {
  const { clock, sealer, store } = service.platform;
  const stream = streamName(category, id);
  let last: bigint | 'no-stream' = 'no-stream';
  for await (const { revision } of store.readStream(stream)) last = revision;
  const sealed = await sealer.seal(
    events.map((event) => {
      const { purpose, legalBasis, schemaVersion } = schemaMap[event.type as keyof typeof schemaMap];
      const metadata = {
        dataSubjectId: subjectId,
        actor: { kind: 'system', id: 'spec' } as const,
        purpose,
        legalBasis,
        noticeVersion: null,
        correlationId: newId(),
        causationId: newId(),
        traceparent: null,
        schemaVersion,
        recordedAt: clock.now(),
      };
      return { stream, eventId: newId(), event, metadata };
    }),
  );
  await store.append(stream, sealed, last);
};

const home = { street: 'Storgatan 1', postalCode: '411 01', city: 'Göteborg', country: 'SE' };
const work = { street: 'Hamngatan 2', postalCode: '411 06', city: 'Göteborg', country: 'SE' };

const customer = async (address: typeof home | null = home, ...more: CustomerEvent[]): Promise<string> => {
  const subjectId = newId();
  const registered: CustomerEvent = {
    type: 'CustomerRegistered',
    data: {
      givenName: 'Astrid',
      familyName: 'Exempel',
      email: 'astrid@example.org',
      phone: '+46700000000',
      address,
      passwordHash: 'not-a-hash',
      locale: 'sv',
    },
  };
  await appended('customer', subjectId, subjectId, registered, ...more);
  return subjectId;
};
const recordedUnder = (ground: 'consent' | 'secureIdentification'): CustomerEvent => ({
  type: 'PersonnummerRecorded',
  data: { number: '197010632391', ground },
});

const forwarding = (subjectId: string, event: ForwardingEvent): Promise<void> =>
  appended('forwarding', newId(), subjectId, event);

const as = (subjectId: string, role = 'customer') => {
  const call = async (asked: request.Test, headers: Record<string, string> = {}, body?: object) =>
    asked
      .set('Authorization', await service.bearer({ subjectId, role }))
      .set(headers)
      .send(body);
  return {
    get: (path: string) => call(request(service.url).get(`/api/v1${path}`)),
    post: (path: string, body?: object, headers?: Record<string, string>) =>
      call(request(service.url).post(`/api/v1${path}`), headers, body),
  };
};
const officer = () => as(newId(), 'complianceOfficer');

const mugs = (quantity: number) => ({ sku: 'stengods-mugg', quantity });
const cardOrder = (change: object = {}) => ({ lines: [mugs(2)], payment: { method: 'mondidoCard' }, ...change });
const total = { amountMinor: 25_800, currency: 'SEK' };

const placed = async (subjectId: string): Promise<string> => {
  const { body, status } = await as(subjectId).post('/orders', cardOrder());
  expect(status).toBe(201);
  return body.orderId as string;
};
const statusOf = async (subjectId: string, orderId: string): Promise<string> =>
  (await as(subjectId).get(`/orders/${orderId}`)).body.status as string;
const becomes = (subjectId: string, orderId: string, status: string) =>
  until(async () => (await statusOf(subjectId, orderId)) === status);

const checkout = (orderId: string) => ({ processorId: 'mondido', orderId, paymentReference: 'p-1' });
const read = (orderId: string, status: 'approved' | 'denied' | 'captured', refundedMinor = 0): ForwardingEvent => ({
  type: 'PaymentStatusRead',
  data: { ...checkout(orderId), status, amount: total, refundedMinor },
});
const paid = async (subjectId: string): Promise<string> => {
  const orderId = await placed(subjectId);
  await forwarding(subjectId, read(orderId, 'approved'));
  await becomes(subjectId, orderId, 'paid');
  return orderId;
};

describe('the catalogue', () => {
  it('is open to anyone, a page at a time', async () => {
    const { body } = await request(service.url).get('/api/v1/products?limit=5').expect(200);
    expect(body.items).toHaveLength(5);
    const rest = await request(service.url).get(`/api/v1/products?limit=5&cursor=${body.nextCursor}`).expect(200);
    expect(rest.body.nextCursor).toBeNull();
    const skus = [...body.items, ...rest.body.items].map(({ sku }: { sku: string }) => sku);
    expect(new Set(skus).size).toBe(8);
  });

  it('speaks both languages', async () => {
    const { body } = await request(service.url).get('/api/v1/products/stengods-mugg?lang=en').expect(200);
    expect(body).toMatchObject({ name: 'Stoneware mug', price: { amountMinor: 12_900, currency: 'SEK' } });
    const answer = await request(service.url).get('/api/v1/products/stengods-mugg').expect(200);
    expect(answer.body.name).toBe('Mugg i stengods');
  });

  it('has no other routes', async () => {
    const { body } = await request(service.url).get('/api/v1/products/toString').expect(404);
    expect(body.code).toBe('not-found');
  });
});

describe('POST /orders', () => {
  it('places at the catalogue’s price, and the order is readable by id at once', async () => {
    const subjectId = await customer();
    const { status, body, headers } = await as(subjectId).post('/orders', {
      lines: [mugs(1), { sku: 'linne-handduk', quantity: 1 }, mugs(1)],
      payment: { method: 'mondidoCard' },
    });
    expect(status).toBe(201);
    const orderNumber = orderNumberOf(body.orderId);
    expect(body).toEqual({
      orderId: expect.any(String),
      orderNumber,
      status: 'placed',
      payment: { status: 'pending' },
    });
    expect(headers['location']).toBe(`/api/v1/orders/${body.orderId}`);

    const order = await as(subjectId).get(`/orders/${body.orderId}`);
    expect(order.status).toBe(200);
    expect(order.body).toMatchObject({
      orderId: body.orderId,
      customerId: subjectId,
      status: 'placed',
      total: { amountMinor: 40_700, currency: 'SEK' },
      payment: { method: 'mondidoCard', status: 'pending' },
      deliveryAddress: home,
      refunds: [],
    });
    expect(order.body.lines.map(({ sku, quantity }: { sku: string; quantity: number }) => [sku, quantity])).toEqual([
      ['stengods-mugg', 2],
      ['linne-handduk', 1],
    ]);
  });

  it('shows in the list within a second', async () => {
    const subjectId = await customer();
    const orderId = await placed(subjectId);
    const items = await until(async () => {
      const { body } = await as(subjectId).get('/orders');
      return body.items.length > 0 && body.items;
    }, 1_000);
    expect(items).toEqual([expect.objectContaining({ orderId, customerId: subjectId, status: 'placed', total })]);
  });

  it('is found by the number a person says on the phone, by its owner and by staff alone', async () => {
    const subjectId = await customer();
    const orderId = await placed(subjectId);
    const number = orderNumberOf(orderId);
    await until(async () => (await as(subjectId).get('/orders')).body.items.length > 0);
    for (const written of [number, number.replaceAll('-', ''), number.replaceAll('-', '%20')])
      for (const who of [as(subjectId), officer()]) {
        const { items } = (await who.get(`/orders?orderNumber=${written}`)).body;
        expect(items).toEqual([expect.objectContaining({ orderId, orderNumber: number })]);
      }
    expect((await as(await customer()).get(`/orders?orderNumber=${number}`)).body.items).toEqual([]);
    const misheard = `${number.slice(0, -1)}${number.endsWith('9') ? '8' : '9'}`;
    expect((await officer().get(`/orders?orderNumber=${misheard}`)).body.code).toBe('invalid-field');
  });

  it('holds nothing of the person in the clear', async () => {
    const subjectId = await customer();
    const orderId = await placed(subjectId);
    for await (const { data } of service.platform.store.readStream(streamName('order', orderId))) {
      expect(JSON.stringify(data)).not.toMatch(/Astrid|Exempel|example\.org|4670|Storgatan/);
    }
  });

  it('delivers to another address when given', async () => {
    const subjectId = await customer(null);
    const { body } = await as(subjectId).post('/orders', cardOrder({ deliveryAddress: work }));
    expect((await as(subjectId).get(`/orders/${body.orderId}`)).body.deliveryAddress).toEqual(work);
  });

  it('uses the current profile', async () => {
    const subjectId = await customer(null, { type: 'AddressRectified', data: { address: work } });
    const orderId = await placed(subjectId);
    expect((await as(subjectId).get(`/orders/${orderId}`)).body.deliveryAddress).toEqual(work);
  });

  it('shows what an erasure left', async () => {
    const subjectId = await customer();
    const orderId = await placed(subjectId);
    const at = service.platform.clock.now();
    await service.platform.keyRing.destroy(subjectId, ['profile', 'contact', 'orderDelivery'], { at, requestId: null });
    const { body } = await as(subjectId).get(`/orders/${orderId}`);
    expect(body).toMatchObject({ status: 'placed', deliveryAddress: { erased: true, at, requestId: null } });
    const again = await as(subjectId).post('/orders', cardOrder());
    expect([again.status, again.body.code]).toEqual([410, 'subject-erased']);
  });

  it('shows the recipient to nobody but its owner, while processing is restricted', async () => {
    const subjectId = await customer();
    const orderId = await placed(subjectId);
    const requestId = newId();
    await appended('dataSubject', subjectId, subjectId, { type: 'ProcessingRestricted', data: { requestId } });
    expect((await officer().get(`/orders/${orderId}`)).body.deliveryAddress).toEqual({ restricted: true });
    expect((await as(subjectId).get(`/orders/${orderId}`)).body.deliveryAddress).toEqual(home);
    await appended('dataSubject', subjectId, subjectId, { type: 'RestrictionLifted', data: { requestId } });
    expect((await officer().get(`/orders/${orderId}`)).body.deliveryAddress).toEqual(home);
  });

  it('is refused after an erasure request, and without sign-in', async () => {
    const erased = await customer();
    await appended('dataSubject', erased, erased, { type: 'ErasureRequested', data: { requestId: newId() } });
    const closed = await customer(home, { type: 'AccountClosed', data: { requestId: newId() } });
    expect((await as(erased).post('/orders', cardOrder())).body.code).toBe('subject-erased');
    expect((await as(closed).post('/orders', cardOrder())).body.code).toBe('subject-erased');
    expect((await as(newId()).post('/orders', cardOrder())).status).toBe(404);
    expect((await request(service.url).post('/api/v1/orders').send(cardOrder())).status).toBe(401);
    expect((await officer().post('/orders', cardOrder())).status).toBe(403);
  });

  it.each([
    ['unknown-product', 422, cardOrder({ lines: [{ sku: 'okand', quantity: 1 }] })],
    ['unknown-product', 422, cardOrder({ lines: [{ sku: '__proto__', quantity: 1 }] })],
    ['personnummer-ground-not-allowed', 422, cardOrder({ personnummerGround: 'consent' })],
    [
      'personnummer-not-recorded',
      409,
      { lines: [mugs(1)], payment: { method: 'paysonInvoice' }, personnummerGround: 'consent' },
    ],
    ['invalid-field', 400, cardOrder({ lines: [] })],
    ['invalid-field', 400, cardOrder({ lines: Array(51).fill(mugs(1)) })],
    ['invalid-field', 400, cardOrder({ lines: 'mugg' })],
    ['invalid-field', 400, cardOrder({ lines: { 0: mugs(1) } })],
    ['invalid-field', 400, cardOrder({ lines: [[mugs(1)]] })],
    ['invalid-field', 400, cardOrder({ lines: [null] })],
    ['invalid-field', 400, cardOrder({ lines: [7] })],
    ['invalid-field', 400, cardOrder({ lines: [mugs(0)] })],
    ['invalid-field', 400, cardOrder({ lines: [mugs(100)] })],
    ['invalid-field', 400, cardOrder({ lines: [mugs(60), mugs(60)] })],
    ['invalid-field', 400, cardOrder({ lines: [mugs(1.5)] })],
    ['invalid-field', 400, cardOrder({ lines: [{ sku: 'stengods-mugg', quantity: '2' }] })],
    ['invalid-field', 400, cardOrder({ lines: [{ sku: ['stengods-mugg'], quantity: 2 }] })],
    ['invalid-field', 400, cardOrder({ lines: [{ sku: 'm'.repeat(61), quantity: 2 }] })],
    ['unknown-field', 400, cardOrder({ lines: [{ ...mugs(1), unitPriceMinor: 1 }] })],
    ['unknown-field', 400, cardOrder({ total })],
    ['unknown-field', 400, cardOrder({ payment: { method: 'mondidoCard', amount: 1 } })],
    ['invalid-field', 400, cardOrder({ payment: { method: 'swish' } })],
    ['invalid-field', 400, cardOrder({ payment: 'mondidoCard' })],
    ['invalid-field', 400, cardOrder({ payment: [] })],
    ['invalid-field', 400, { lines: [mugs(1)] }],
    ['invalid-field', 400, cardOrder({ deliveryAddress: 'Storgatan 1' })],
    ['invalid-field', 400, cardOrder({ deliveryAddress: { ...home, street: ' ' } })],
    ['invalid-field', 400, cardOrder({ deliveryAddress: { ...home, street: 'S'.repeat(201) } })],
    ['invalid-field', 400, cardOrder({ deliveryAddress: { ...home, city: 'Göteborg\r\nBcc: x' } })],
    ['invalid-field', 400, cardOrder({ deliveryAddress: { ...home, country: 'Sverige' } })],
    ['invalid-field', 400, cardOrder({ deliveryAddress: { ...home, country: 'XX' } })],
    ['card-number-refused', 400, cardOrder({ deliveryAddress: { ...home, street: '4111 1111 1111 1111' } })],
    ['invalid-field', 400, cardOrder({ personnummerGround: 'because' })],
    ['invalid-characters', 400, cardOrder({ deliveryAddress: { ...home, street: 'Storgatan\u0000' } })],
    ['invalid-characters', 400, cardOrder({ lines: [{ sku: '\ud800', quantity: 1 }] })],
  ])('refuses with %s (%i) %#', async (code, status, body) => {
    const answer = await as(await customer()).post('/orders', body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toMatch('application/problem+json');
  });

  it.each(['AX', 'FO', 'US'])(
    'to %s is refused at once, by every way to pay that does not serve it',
    async (country) => {
      const subjectId = await customer();
      const deliveryAddress = { street: 'Storgatan 1', postalCode: '411 01', city: 'Göteborg', country };
      for (const method of ['mondidoCard', 'paysonInvoice', 'paysonPartPayment']) {
        const { body, status } = await as(subjectId).post(
          '/orders',
          cardOrder({ payment: { method }, deliveryAddress }),
        );
        expect([status, body.code]).toEqual([409, 'payment-method-not-available']);
        expect(body.errors).toEqual([{ field: 'deliveryAddress.country', message: expect.any(String) }]);
      }
    },
  );

  it('needs an address', async () => {
    const answer = await as(await customer(null)).post('/orders', cardOrder());
    expect([answer.status, answer.body.code]).toEqual([422, 'delivery-address-required']);
  });

  it('sends the personnummer along by explicit choice only', async () => {
    const subjectId = await customer(home, recordedUnder('secureIdentification'));
    const ground = async (body: object): Promise<unknown> => {
      const answer = await as(subjectId).post('/orders', body);
      for await (const { data } of service.platform.store.readStream(streamName('order', answer.body.orderId))) {
        return data['personnummerGround'];
      }
      return answer.body.code;
    };
    const invoice = { lines: [mugs(1)], payment: { method: 'paysonInvoice' } };
    expect(await ground(invoice)).toBeNull();
    expect(await ground({ ...invoice, personnummerGround: 'secureIdentification' })).toBe('secureIdentification');
    const refused = await as(subjectId).post('/orders', { ...invoice, personnummerGround: 'consent' });
    expect(refused.body.code).toBe('personnummer-ground-not-allowed');
  });

  it('answers the same key with the same order, also concurrently, and refuses another body', async () => {
    const subjectId = await customer();
    const key = { 'Idempotency-Key': newId() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => as(subjectId).post('/orders', cardOrder(), key)));
    const later = await as(subjectId).post('/orders', cardOrder(), key);
    const orderIds = new Set([...answers, later].map(({ body }) => body.orderId));
    expect([...answers, later].map(({ status }) => status)).toEqual(Array(6).fill(201));
    expect(orderIds.size).toBe(1);
    expect(later.headers['location']).toBe(`/api/v1/orders/${later.body.orderId}`);

    const other = await as(subjectId).post('/orders', cardOrder({ lines: [mugs(3)] }), key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
    const stranger = await as(await customer()).post('/orders', cardOrder(), key);
    expect(orderIds.has(stranger.body.orderId)).toBe(false);
  });
});

describe('an order of another customer', () => {
  it('is not found', async () => {
    const [owner, stranger] = [await customer(), await customer()];
    const orderId = await placed(owner);
    for (const answer of [
      await as(stranger).get(`/orders/${orderId}`),
      await as(stranger).get(`/orders/${orderId}/events`),
      await as(stranger).post(`/orders/${orderId}/cancellation`),
      await as(owner).get(`/orders/${newId()}`),
      await as(owner).get('/orders/1'),
      await officer().post(`/orders/${newId()}/shipment`),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'not-found']);
    }
    expect((await request(service.url).get(`/api/v1/orders/${orderId}`)).status).toBe(401);
  });

  it('is visible to staff', async () => {
    const owner = await customer();
    const orderId = await placed(owner);
    expect((await officer().get(`/orders/${orderId}`)).body.deliveryAddress).toEqual(home);
    expect((await as(newId(), 'staff').get(`/orders/${orderId}`)).status).toBe(200);
  });
});

describe('GET /orders', () => {
  it('gives a customer their own, and staff everybody’s or one person’s, page by page', async () => {
    const [anna, bo] = [await customer(), await customer()];
    const annas = [await placed(anna), await placed(anna), await placed(anna)];
    const bos = await placed(bo);
    const ids = (body: { items: { orderId: string }[] }) => body.items.map(({ orderId }) => orderId);
    await until(async () => ids((await officer().get('/orders')).body).includes(bos));

    const first = (await as(anna).get('/orders?limit=2')).body;
    const rest = (await as(anna).get(`/orders?limit=2&cursor=${first.nextCursor}`)).body;
    expect([...ids(first), ...ids(rest)]).toEqual([...annas].reverse());
    expect(rest.nextCursor).toBeNull();

    expect(ids((await officer().get(`/orders?customerId=${bo}`)).body)).toEqual([bos]);
    expect((await as(anna).get(`/orders?customerId=${bo}`)).status).toBe(403);
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=x', `cursor=${Buffer.from('["a","b"]').toString('base64url')}`])(
    'refuses ?%s',
    async (query) => {
      const { status, body } = await as(newId()).get(`/orders?${query}`);
      expect([status, body.code]).toEqual([400, 'invalid-field']);
    },
  );

  it('refuses a customerId that is none', async () =>
    expect((await officer().get('/orders?customerId=1')).body.code).toBe('invalid-field'));
});

describe('a payment', () => {
  const action = { kind: 'redirect', url: 'https://pay.example.org/p-1' } as const;

  it('opens, is approved, and the order ships', async () => {
    const subjectId = await customer();
    const orderId = await placed(subjectId);
    expect((await officer().post(`/orders/${orderId}/shipment`)).body.code).toBe('order-not-paid');

    await forwarding(subjectId, { type: 'CheckoutOpened', data: { ...checkout(orderId), action } });
    await becomes(subjectId, orderId, 'awaitingPayment');
    const { body } = await as(subjectId).get(`/orders/${orderId}`);
    expect(body.payment).toEqual({ method: 'mondidoCard', status: 'open', action });

    await forwarding(subjectId, read(orderId, 'approved'));
    await becomes(subjectId, orderId, 'paid');

    expect((await as(subjectId).post(`/orders/${orderId}/shipment`)).status).toBe(403);
    const shipment = await officer().post(`/orders/${orderId}/shipment`);
    expect([shipment.status, shipment.body.status]).toEqual([200, 'shipped']);
    expect((await officer().post(`/orders/${orderId}/shipment`)).body.status).toBe('shipped');
    expect((await as(subjectId).post(`/orders/${orderId}/cancellation`)).body.code).toBe('order-already-shipped');
    await until(async () => (await as(subjectId).get('/orders')).body.items[0]?.status === 'shipped');
  });

  it('is denied, and refused by policy', async () => {
    const subjectId = await customer();
    const [denied, refused] = [await placed(subjectId), await placed(subjectId)];
    await forwarding(subjectId, read(denied, 'denied'));
    await forwarding(subjectId, {
      type: 'ForwardingRefused',
      data: {
        processorId: 'mondido',
        intent: 'openPayment',
        orderId: refused,
        reason: 'noAgreementInForce',
        fields: [],
        purpose: null,
        consentRecordId: null,
      },
    });
    await becomes(subjectId, denied, 'paymentDenied');
    await becomes(subjectId, refused, 'paymentDenied');
    const { body } = await as(subjectId).get(`/orders/${refused}`);
    const { explanation, ...payment } = body.payment;
    expect(payment).toEqual({ method: 'mondidoCard', status: 'denied', reason: 'refusedByPolicy' });
    expect(explanation).toContain('integritetspolicy');
  });

  it('that comes too late changes nothing, and the next one is handled', async () => {
    const subjectId = await customer();
    const [late, next] = [await placed(subjectId), await placed(subjectId)];
    const cancellation = await as(subjectId).post(`/orders/${late}/cancellation`);
    expect([cancellation.status, cancellation.body.status]).toEqual([200, 'cancelled']);
    await forwarding(subjectId, read(late, 'approved'));
    await forwarding(subjectId, read(newId(), 'approved'));
    await forwarding(subjectId, read(next, 'approved'));
    await becomes(subjectId, next, 'paid');
    expect(await statusOf(subjectId, late)).toBe('cancelled');
  });
});

describe('POST /orders/{id}/refunds', () => {
  it('refunds parts, then the rest, and no more', async () => {
    const subjectId = await customer();
    const orderId = await paid(subjectId);
    const key = { 'Idempotency-Key': newId() };
    const body = { lines: [mugs(1)], reason: 'En mugg var sprucken' };
    const first = await officer().post(`/orders/${orderId}/refunds`, body, key);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ status: 'decided', amount: { amountMinor: 12_900, currency: 'SEK' } });

    await forwarding(subjectId, read(orderId, 'captured', 12_900));
    await becomes(subjectId, orderId, 'partlyRefunded');
    expect((await officer().post(`/orders/${orderId}/refunds`, { ...body, lines: [mugs(2)] })).body.code).toBe(
      'refund-exceeds-order',
    );
    await officer().post(`/orders/${orderId}/refunds`, { reason: 'Ångrat köp' });
    await forwarding(subjectId, read(orderId, 'captured', 25_800));
    await becomes(subjectId, orderId, 'refunded');
    expect((await officer().post(`/orders/${orderId}/refunds`, { reason: 'Igen' })).body.code).toBe(
      'refund-exceeds-order',
    );
    await until(async () => {
      const { items } = (await as(subjectId).get('/orders')).body;
      return items[0]?.status === 'refunded' && items[0].refunded.amountMinor === 25_800;
    });
  });

  it('is staff’s, needs a payment and a reason', async () => {
    const subjectId = await customer();
    const orderId = await placed(subjectId);
    const path = `/orders/${orderId}/refunds`;
    expect((await as(subjectId).post(path, { reason: 'Jag vill' })).status).toBe(403);
    expect((await officer().post(path, { reason: 'Ångrat köp' })).body.code).toBe('order-not-paid');
    for (const body of [{}, { reason: '' }, { reason: 7 }, { reason: 'x'.repeat(501) }, { reason: 'x', lines: [] }]) {
      expect((await officer().post(path, body)).body.code).toBe('invalid-field');
    }
    expect((await officer().post(path, { reason: 'x', amountMinor: 1 })).body.code).toBe('unknown-field');
  });
});

describe('GET /orders/{id}/events', () => {
  const watch = async (subjectId: string, orderId: string) => {
    const authorization = await service.bearer({ subjectId });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      openStream(`${service.url}/api/v1/orders/${orderId}/events`, { headers: { authorization } }, resolve).on(
        'error',
        reject,
      );
    });
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    response.on('error', () => undefined);
    const statuses = () =>
      [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => (JSON.parse(data!) as { status: string }).status);
    return { response, statuses, leave: () => response.destroy() };
  };

  it('sends the current status, then each change', async () => {
    const subjectId = await customer();
    const orderId = await placed(subjectId);
    const watching = await watch(subjectId, orderId);
    expect(watching.response.headers['content-type']).toMatch('text/event-stream');
    await until(() => watching.statuses().length === 1);
    await forwarding(subjectId, read(orderId, 'approved'));
    await until(() => watching.statuses().length === 2);
    await officer().post(`/orders/${orderId}/shipment`);
    await until(() => watching.statuses().length === 3);
    expect(watching.statuses()).toEqual(['placed', 'paid', 'shipped']);
    watching.leave();
  });

  it('allows a customer five connections at once; a closed one makes room', async () => {
    const subjectId = await customer();
    const orderId = await placed(subjectId);
    const watching = await Promise.all(Array.from({ length: 5 }, () => watch(subjectId, orderId)));
    await until(() => watching.every(({ statuses }) => statuses().length === 1));
    const sixth = await as(subjectId).get(`/orders/${orderId}/events`);
    expect([sixth.status, sixth.body.code]).toEqual([429, 'too-many-requests']);
    expect(sixth.headers['retry-after']).toBeDefined();
    watching.pop()!.leave();
    const next = await until(async () => {
      const again = await watch(subjectId, orderId);
      if (again.response.statusCode === 200) return again;
      again.leave();
      return undefined;
    });
    for (const { leave } of [...watching, next]) leave();
  });
});
