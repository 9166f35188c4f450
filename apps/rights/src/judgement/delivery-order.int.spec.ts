import { EventStore, KeyRing, newId, streamName, type RecordedEvent } from '@dittoo/kernel';
import { DELIVERY, type Platform } from '@dittoo/platform';
import { until } from '@dittoo/platform/testing';
import { RowsOfPage } from '@dittoo/projections';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isObservable, lastValueFrom } from 'rxjs';
import { DataSource } from 'typeorm';
import { disclosed, shippedOrder } from '../purchase.fixture.js';
import { startRights, type RightsUnderTest } from '../rights.fixture.js';

/**
 * Promised: a request is judged and executed from the person's events in the log, in whatever order and however late a
 * transport delivers the streams. Each stream keeps its order, as every transport promises. The service's delivery is
 * closed, and its handlers are called here, one event after another.
 */
let rights: RightsUnderTest;
let store: EventStore;
let position: bigint | null = null;
const late: RecordedEvent[] = [];

beforeAll(async () => {
  rights = await startRights({ ERASURE_RECIPIENT_DEADLINE: 'PT0S' });
  store = rights.service.get<EventStore>(EventStore);
  await rights.service.get<Platform['delivering']>(DELIVERY)().close();
});
afterAll(() => rights.close());

/** Delivers an event to every group that handles it. */
const deliver = async (event: RecordedEvent): Promise<void> => {
  const handlers = rights.service.get<Platform['delivering']>(DELIVERY)().getHandlers();
  for (const [name, handler] of handlers) {
    const [group, type] = name.split('/');
    if (type !== event.type) continue;
    await rights.service.get<DataSource>(DataSource).transaction(async (transaction) => {
      const { fold, gather, written } = new RowsOfPage(transaction);
      const result: unknown = await handler(event, { group, transaction, fold, gather, written });
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
      await written();
    });
  }
};

/** Delivers the undelivered events, except those held back. */
const deliverAll = async (isHeld: (event: RecordedEvent) => boolean = () => false): Promise<void> => {
  for (;;) {
    const { checkpoint, events } = await store.readAll({ after: position });
    if (checkpoint === null || checkpoint === position) return;
    for (const event of events) {
      if (isHeld(event)) late.push(event);
      else await deliver(event);
    }
    position = checkpoint;
  }
};
const deliverLate = async (): Promise<void> => {
  for (const event of late.splice(0)) await deliver(event);
  await deliverAll();
};

const ask = async (bearer: string, kind: string): Promise<string> =>
  (await rights.call('POST', '/me/requests', { bearer, body: { kind } })).body.requestId;
/** Delivers repeatedly, except events held back, until the request is in this state. */
const inState = (bearer: string, requestId: string, state: string, isHeld: (event: RecordedEvent) => boolean) =>
  until(async () => {
    await deliverAll(isHeld);
    const { body } = await rights.call('GET', `/me/requests/${requestId}`, { bearer });
    return body.state === state && body;
  });
const booksOf = async (subjectId: string) =>
  (await rights.service.get<KeyRing>(KeyRing).states(subjectId)).get('orderAccounting');

describe('a request that is delivered before earlier events of the log', () => {
  it.each([0, 1, 2, 3])('keeps the books when %i events of the order were delivered in time', async (inTime) => {
    const { bearer, customerId } = await rights.customer(`anna-${inTime}`);
    const orderId = newId();
    await rights.record('order', orderId, customerId, ...shippedOrder());
    const isHeld = ({ revision, stream }: RecordedEvent): boolean =>
      stream === streamName('order', orderId) && revision >= BigInt(inTime);
    const requestId = await ask(bearer, 'erasure');
    const answered = await inState(bearer, requestId, 'answered', isHeld);
    expect(late).toHaveLength(3 - inTime);
    expect(answered.retained).toContainEqual(expect.objectContaining({ category: 'orderAccounting' }));
    expect(await booksOf(customerId)).toBe('active');
    await deliverLate();
    expect(await booksOf(customerId)).toBe('active');
    expect((await rights.service.get<KeyRing>(KeyRing).states(customerId)).get('profile')).toBe('destroyed');
  });

  it('goes to an officer when an open order is not delivered yet', async () => {
    const { bearer, customerId } = await rights.customer('berit');
    const orderId = newId();
    await rights.record('order', orderId, customerId, shippedOrder()[0]);
    const isHeld = ({ stream }: RecordedEvent): boolean => stream === streamName('order', orderId);
    const requestId = await ask(bearer, 'erasure');
    await inState(bearer, requestId, 'referred', isHeld);
    const path = `/compliance/requests/${requestId}`;
    const { body } = await rights.call('GET', path, { bearer: await rights.officer() });
    expect(body.blockers).toEqual(['openOrder', 'unpaidInvoice']);
    expect(body.preview.retain).toContainEqual(expect.objectContaining({ category: 'orderAccounting' }));
    await deliverLate();
    expect((await rights.call('GET', `/me/requests/${requestId}`, { bearer })).body.state).toBe('referred');
  });

  it.each([true, false])('notifies a recipient whose disclosure is delivered late: %s', async (isLate) => {
    const { bearer, customerId } = await rights.customer(`cecilia-${isLate}`);
    const forwardingId = newId();
    await rights.record('forwarding', forwardingId, customerId, disclosed('givenName', 'email'));
    const isHeld = ({ stream }: RecordedEvent): boolean => isLate && stream === streamName('forwarding', forwardingId);
    const requestId = await ask(bearer, 'restriction');
    const { recipients } = await inState(bearer, requestId, 'answered', isHeld);
    expect(recipients).toEqual([{ processorId: 'payson', state: 'notSupported' }]);
    await deliverLate();
  });

  it.each([
    ['newsletter', 'approved'],
    ['rightsRequest', 'answered'],
  ])('of a contact of whom the log holds a %s stream is %s', async (category, expected) => {
    const subjectId = newId();
    const confirmation = {
      email: 'david@example.org',
      token: 'a token',
      expiresAt: '2999-01-01T00:00:00.000Z',
      noticeVersion: '2026-11-01',
      noticeDigest: 'digest',
      language: 'sv',
    };
    if (category === 'newsletter') {
      await rights.record('newsletter', subjectId, subjectId, {
        type: 'NewsletterSubscriptionRequested',
        data: confirmation,
      });
    }
    const requestId = newId();
    const dueAt = '2999-01-01T00:00:00.000Z';
    await rights.record(
      'rightsRequest',
      requestId,
      subjectId,
      { type: 'RightsRequestReceived', data: { kind: 'access', dueAt, noticeVersion: '2026-11-01', detail: null } },
      { type: 'RequesterIdentified', data: { method: 'confirmedEmail' } },
    );
    // Only up to the judgement: later events are not delivered.
    const types = await until(async () => {
      await deliverAll(({ stream, type }) => !stream.startsWith('rightsRequest-') || type === 'RequestApproved');
      const said: string[] = [];
      for await (const { type } of store.readStream(streamName('rightsRequest', requestId))) said.push(type);
      return said.length > 2 && said;
    });
    late.length = 0;
    expect(types).toContain({ approved: 'RequestApproved', answered: 'RequestAnswered' }[expected]);
  });
});

describe('an event that is delivered again', () => {
  it('changes nothing: not a judgement, not an approval, not an answer of a recipient', async () => {
    const { bearer, customerId } = await rights.customer('erik');
    const requestId = await ask(bearer, 'erasure');
    await inState(bearer, requestId, 'answered', () => false);
    const forwardingId = newId();
    await rights.record('forwarding', forwardingId, customerId, {
      type: 'ErasureAnswered',
      data: { processorId: 'payson', requestId, answer: 'acknowledged', reason: 'deleted' },
    });
    const eventsOf = async (stream: string): Promise<RecordedEvent[]> => {
      const events: RecordedEvent[] = [];
      for await (const event of store.readStream(stream)) events.push(event);
      return events;
    };
    const stream = streamName('rightsRequest', requestId);
    const request = await until(async () => {
      await deliverAll();
      const events = await eventsOf(stream);
      const last = events.at(-1);
      return last?.type === 'RecipientAnswered' && last.position >= 0n && events; // late, but recorded and sequenced
    });
    for (const event of [...request, ...(await eventsOf(streamName('forwarding', forwardingId)))]) await deliver(event);
    await until(async () => {
      const { pool } = rights.service.platform;
      return (
        (await pool.query(`SELECT FROM rights.due_task WHERE id = $1 AND kind = 'execution'`, [requestId])).rows
          .length === 0
      );
    });
    expect(await eventsOf(stream)).toEqual(request);
  });
});
