/*
 * Promised: what an order costs the database. Counted are the statements of this process from the first order to the last
 * mail, without those of the log's sequencer.
 */
import { newId, streamName, type RecordedEvent, type Uuid } from '@dittoo/kernel';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import { order, startStage, type Stage } from './stage.js';

let stage: Stage;
const ending = new AbortController();
/** Reads the log along with the groups: polling streams would be counted. */
const waiting = new Map<string, (event: RecordedEvent) => void>();
let following: Promise<void>;
beforeAll(async () => {
  stage = await startStage({ withMail: true, tuning: { leaseSeconds: 20, sweepPauseMs: 60_000 } });
  following = (async () => {
    for await (const { events } of stage.service.platform.store.subscribeToAll({
      after: null,
      signal: ending.signal,
    })) {
      for (const event of events) waiting.get(`${event.stream}/${event.type}`)?.(event);
    }
  })();
});
afterAll(async () => {
  ending.abort();
  await following;
  await stage.close();
});

const recorded = (intent: Parameters<typeof forwardingIdOf>[1], key: string, type: string, processorId = 'payson') =>
  new Promise<RecordedEvent>((resolve) =>
    waiting.set(`${streamName('forwarding', forwardingIdOf(processorId, intent, key))}/${type}`, resolve),
  );

/** Placed, checkout opened, approved, read back, confirmation sent. */
const fullOrder = async (): Promise<void> => {
  const subjectId = newId();
  const { orderId } = await stage.placeOrder({ subjectId });
  const opened = await recorded('openPayment', orderId, 'CheckoutOpened');
  const paymentReference = String(opened.data['paymentReference']);
  const read = recorded('openPayment', orderId, 'PaymentStatusRead');
  await stage.decide(paymentReference, 'approve');
  await read;
  const paid = { processorId: 'payson', paymentReference, amount: order.total };
  const eventId: Uuid = await stage.append(streamName('order', orderId), subjectId, { type: 'PaymentApproved', data: paid }); // prettier-ignore
  await recorded('sendMail', `orderConfirmation/${eventId}`, 'ForwardingCompleted', 'oneMail');
};

/** How many statements `work` takes, those of the log's sequencer left out. */
const counted = async (work: () => Promise<unknown>): Promise<number> => {
  let count = 0;
  const query: (...given: unknown[]) => unknown = pg.Client.prototype.query;
  const spy = jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...given: unknown[]
  ) {
    const [first] = given as [string | { text: string }];
    if (!(typeof first === 'string' ? first : first.text).includes('es_sequence')) count++;
    return query.apply(this, given);
  } as never);
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return count;
};

describe('an order', () => {
  // With what the spec itself appends and reads, the pages of the log and the groups' transactions.
  it.each([
    [1, 130],
    [30, 60],
  ])(
    'of %i at once costs at most %i statements',
    async (atOnce, most) => {
      await fullOrder();
      const count = await counted(() => Promise.all(Array.from({ length: atOnce }, fullOrder)));
      expect(count / atOnce).toBeLessThanOrEqual(most);
    },
    120_000,
  );
});
