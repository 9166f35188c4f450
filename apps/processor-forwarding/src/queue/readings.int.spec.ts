import { newId, type ForwardingId, type OrderId, type SubjectId } from '@dittoo/kernel';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import type { Pool } from 'pg';
import { PaymentWatch, type WatchedPayment } from '../payment/payment-watch.js';
import type { ForwardingConfig } from '../processor-forwarding.config.js';
import { forwardingSchema } from '../processor-forwarding.migrations.js';
import type { Claimed } from './item.js';
import { Lanes } from './lanes.js';
import { QueueIntake } from './queue-intake.js';
import { queueTablesOf } from './queue-tables.js';

/*
 * Promised: a callback is answered by a reading that began after it, no reading is queued twice, and one that is only
 * planned comes after everything else.
 */
const tables = queueTablesOf('payson')!;
const config = { leaseSeconds: 20 } as ForwardingConfig;
let database: TestDatabase;
let pool: Pool;
let lanes: Lanes;
let watch: PaymentWatch;
beforeAll(async () => {
  database = await testDatabase('readings');
  await database.migrate(forwardingSchema.migrations);
  pool = database.pool();
  lanes = new Lanes(pool, config);
  watch = new PaymentWatch(pool);
});
afterEach(async () => {
  await pool.query(`TRUNCATE ${tables.lane}, ${tables.item}, forwarding.payment_watch`);
});
afterAll(() => database.drop());

const payment = (subjectId = newId()): WatchedPayment => ({
  forwardingId: newId() as ForwardingId,
  subjectId: subjectId as SubjectId,
  orderId: newId() as OrderId,
});
const depth = async (): Promise<number> => (await lanes.figures(tables)).depth;
const lanesLeft = async (): Promise<number> => (await pool.query(`SELECT FROM ${tables.lane}`)).rows.length;
const claimOne = async (): Promise<Claimed> => {
  const [claimed] = await lanes.claim(tables, 4, 1);
  return claimed!;
};

describe('a reading', () => {
  it('that is running when a callback arrives is followed by another', async () => {
    const asked = payment();
    await watch.read(tables, asked);
    await watch.read(tables, asked); // both wait: one reading answers both
    expect(await depth()).toBe(1);
    const { item: first, lane } = await claimOne();
    await watch.read(tables, asked); // while the processor is asked
    expect((await lanes.settle(lane, first!)).items).toBeGreaterThan(0);
    expect(await depth()).toBe(1);
    const second = await lanes.begin(lane);
    expect(second).toMatchObject({ kind: 'readPayment', forwardingId: asked.forwardingId });
    expect((await lanes.settle(lane, second!)).next).toBeNull();
    expect(await lanes.begin(lane)).toBeNull();
    expect(await depth()).toBe(0);
    expect(await lanesLeft()).toBe(0);
  });

  it('that arrives as an empty lane is given up belongs to the next worker alone', async () => {
    const asked = payment();
    await watch.read(tables, asked);
    await watch.read(tables, asked); // counted twice, one item: the lane is counted again
    const { item, lane } = await claimOne();
    await lanes.settle(lane, item!);
    const later = payment(asked.subjectId);
    const arriving = new Lanes(
      arrivingAfterTheCount(() => watch.read(tables, later)),
      config,
    );
    expect(await arriving.begin(lane)).toBeNull();
    expect((await claimOne()).item).toMatchObject({ forwardingId: later.forwardingId });
  });
});

/** The pool, where something happens between the end of a transaction and the next statement. */
const arrivingAfterTheCount = (happens: () => Promise<unknown>): Pool =>
  new Proxy(pool, {
    get: (target, name) =>
      name === 'connect'
        ? async () => {
            const client = await target.connect();
            const { release } = client;
            return Object.assign(client, {
              release: (error?: Error) => {
                release.call(client, error);
                Object.assign(client, { release });
                ended = happens();
              },
            });
          }
        : name === 'query'
          ? async (...args: Parameters<Pool['query']>) => {
              await ended;
              return target.query(...args);
            }
          : Reflect.get(target, name),
  });
let ended: Promise<unknown> = Promise.resolve();

describe('a planned reading', () => {
  const plan = async (...payments: WatchedPayment[]): Promise<number> => {
    for (const { forwardingId, orderId, subjectId } of payments) {
      await pool.query(
        `INSERT INTO forwarding.payment_watch (forwarding_id, processor_id, subject_id, order_id, next_at)
         VALUES ($1, 'payson', $2, $3, now())`,
        [forwardingId, subjectId, orderId],
      );
    }
    return watch.readDue(tables, 60_000);
  };
  const checkout = async (subjectId = newId() as SubjectId): Promise<SubjectId> => {
    const payload = { purposes: [], refundId: null, requestId: null, notification: null, noticeVersion: null, correlationId: newId(), traceparent: null }; // prettier-ignore
    const forwardingId = newId() as ForwardingId;
    const item = { intentId: forwardingId, forwardingId, subjectId, orderId: newId() as OrderId, kind: 'openPayment', payload } as const; // prettier-ignore
    await new QueueIntake(pool).queue(tables, item);
    return subjectId;
  };

  it('is queued when it is due, once, and not again while it waits', async () => {
    const [first, second] = [payment(), payment()];
    expect(await plan(first, second)).toBe(2);
    expect(await plan()).toBe(0);
    await pool.query('UPDATE forwarding.payment_watch SET next_at = now()');
    await plan();
    expect(await depth()).toBe(2);
    const { rows } = await pool.query<{ polls: number }>('SELECT polls FROM forwarding.payment_watch');
    expect(rows).toEqual([{ polls: 2 }, { polls: 2 }]); // the pause grows also while it waits
    for (let left = 2; left > 0; left--) {
      const { item, lane } = await claimOne();
      expect(item).toMatchObject({ kind: 'readPayment', polled: true });
      expect(await lanes.settle(lane, item!)).toEqual({ items: 0, next: null });
    }
    expect(await lanesLeft()).toBe(0);
  });

  it('leaves room for new checkouts, and is claimed after them', async () => {
    await plan(...Array.from({ length: 5 }, () => payment()));
    const buyers = [await checkout(), await checkout(), await checkout()];
    const claimed = await lanes.claim(tables, 4, 2);
    expect(claimed.map(({ lane }) => lane.subjectId).sort()).toEqual([...buyers].sort());
    expect(claimed.every(({ urgent }) => urgent)).toBe(true);
    expect((await lanes.claim(tables, 4, 2)).map(({ urgent }) => urgent)).toEqual([false, false]);
  });

  it('comes after a later command of the same person', async () => {
    const { subjectId } = payment();
    await plan(payment(subjectId));
    await checkout(subjectId);
    const { item, lane, urgent } = await claimOne();
    expect({ urgent, kind: item?.kind }).toEqual({ urgent: true, kind: 'openPayment' });
    expect(await lanes.settle(lane, item!)).toMatchObject({ items: 1, next: { kind: 'readPayment', polled: true } });
    await lanes.release(lane);
    expect(await claimOne()).toMatchObject({ urgent: false });
  });

  it('that failed keeps no later command of the same person waiting, and costs it no attempt', async () => {
    const { subjectId } = payment();
    const fail = async ({ item, lane }: Claimed): Promise<void> =>
      lanes.retry(lane, item!, 300_000, { unknown: false, counted: true });
    await plan(payment(subjectId));
    await fail(await claimOne());
    await checkout(subjectId);
    const command = await claimOne();
    expect(command.item?.kind).toBe('openPayment');
    expect(command.lane.attempt).toBe(0);
    await fail(command);
    await checkout(subjectId); // behind a command: its pause and its failures stay
    expect(await lanes.claim(tables, 4, 1)).toEqual([]);
    const { rows } = await pool.query<{ attempt: number }>(`SELECT attempt FROM ${tables.lane}`);
    expect(rows).toEqual([{ attempt: 1 }]);
  });

  it('that fails while a command is queued keeps it waiting no more than one that failed before', async () => {
    const { subjectId } = payment();
    await plan(payment(subjectId));
    const reading = await claimOne();
    await checkout(subjectId);
    await lanes.retry(reading.lane, reading.item!, 300_000, { unknown: false, counted: true });
    const command = await claimOne();
    expect([command.item?.kind, command.lane.attempt]).toEqual(['openPayment', 0]);
  });

  it('that a callback asks for has waited long enough', async () => {
    const asked = payment();
    await plan(asked);
    await watch.read(tables, asked);
    const { item, lane, urgent } = await claimOne();
    expect({ urgent, polled: item?.polled }).toEqual({ urgent: true, polled: false });
    await lanes.settle(lane, item!);
    expect(await lanes.begin(lane)).toBeNull();
    expect(await lanesLeft()).toBe(0);
  });
});
