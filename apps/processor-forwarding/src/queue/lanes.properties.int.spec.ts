/*
 * Promised: a batch behaves as its members one by one, with the same answers and the same rows, also where leases are lost
 * and items are cancelled; and whatever happens at the same time, no item is lost, none is done twice, none overtakes
 * another of its lane, and no lane is left over.
 */
import { newId, type ForwardingId, type OrderId, type SubjectId } from '@dittoo/kernel';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { recipientAdded } from '../ledger/recipients.js';
import { PaymentWatch } from '../payment/payment-watch.js';
import type { ForwardingConfig } from '../processor-forwarding.config.js';
import { forwardingSchema } from '../processor-forwarding.migrations.js';
import { companionRow } from './companion.js';
import type { Item, Lane, NewItem, SendingRecord } from './item.js';
import { LeaseLost } from './lane-writes.js';
import { Lanes } from './lanes.js';
import { QueueIntake } from './queue-intake.js';
import { queueTablesOf, type QueueTables } from './queue-tables.js';

const [together, alone] = [queueTablesOf('payson')!, queueTablesOf('mondido')!];
let database: TestDatabase;
let pool: Pool;
let source: DataSource;
let lanes: Lanes;
let intake: QueueIntake;
beforeAll(async () => {
  database = await testDatabase('lanes');
  await database.migrate(forwardingSchema.migrations);
  pool = database.pool({ max: 8 });
  source = await new DataSource({ type: 'postgres', url: database.url, poolSize: 4 }).initialize();
  lanes = new Lanes(pool, { leaseSeconds: 20 } as ForwardingConfig);
  intake = new QueueIntake(pool);
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const emptied = () =>
  pool.query(`TRUNCATE ${[together, alone].flatMap(({ item, lane }) => [item, lane]).join(', ')},
              forwarding.recipient, forwarding.payment_watch, forwarding.inbox RESTART IDENTITY`);

const payload = { purposes: [], refundId: null, requestId: null, notification: null, noticeVersion: null, correlationId: newId(), traceparent: null }; // prettier-ignore
const itemOf = (kind: NewItem['kind'], subjectId: SubjectId): NewItem => {
  const forwardingId = newId() as ForwardingId;
  return { intentId: forwardingId, forwardingId, subjectId, orderId: newId() as OrderId, kind, payload };
};
const record: SendingRecord = { at: '2026-11-22T10:00:00.000Z', disclosures: [] };

describe('a batch', () => {
  const operations = ['settle', 'mark', 'park', 'parkUnknown', 'retry', 'retryUnknown', 'markQueued', 'release', 'begin'] as const; // prettier-ignore
  const kinds = ['openPayment', 'sendMail', 'capturePayment', 'readPayment'] as const;
  /** One lane and what is asked of it. */
  const asked = fc.record({
    kinds: fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 3 }),
    operation: fc.constantFrom(...operations),
    /** Something happened between the claim and the request. */
    before: fc.constantFrom('nothing', 'nothing', 'nothing', 'lost', 'cancelled', 'askedAnew', 'sent'),
    also: fc.boolean(),
    tick: fc.nat({ max: 3 }),
  });
  type Asked = (typeof asked) extends fc.Arbitrary<infer Value> ? Value : never; // prettier-ignore

  /** The same rows in both sets of tables. */
  const prepare = async (all: readonly Asked[]): Promise<{ lane: Lane; item: Item }[][]> => {
    await emptied();
    const items = all.map(({ kinds: wanted }) => {
      const subjectId = newId() as SubjectId;
      return wanted.map((kind) => itemOf(kind, subjectId));
    });
    const claimed: { lane: Lane; item: Item }[][] = [];
    for (const tables of [together, alone]) {
      await pool.query('TRUNCATE forwarding.inbox');
      for (const item of items.flat()) await intake.queue(tables, item);
      const taken = new Map((await lanes.claim(tables, 20, 1)).map(({ item, lane }) => [lane.subjectId, { item, lane }])); // prettier-ignore
      const own = items.map(([first]) => taken.get(first!.subjectId)!).map(({ item, lane }) => ({ lane, item: item! }));
      for (const [index, { item, lane }] of own.entries()) await disturb(tables, all[index]!.before, lane, item);
      claimed.push(own);
    }
    return claimed;
  };

  const disturb = async (tables: QueueTables, what: Asked['before'], { subjectId }: Lane, { id }: Item) => {
    switch (what) {
      case 'lost':
        return void (await pool.query(`UPDATE ${tables.lane} SET lease_token = 1 WHERE subject_id = $1`, [subjectId]));
      case 'cancelled':
        await pool.query(`DELETE FROM ${tables.item} WHERE id = $1`, [id]);
        return void (await pool.query(`UPDATE ${tables.lane} SET pending = pending - 1, urgent = urgent - 1 WHERE subject_id = $1`, [subjectId])); // prettier-ignore
      case 'askedAnew':
        return void (await pool.query(`UPDATE ${tables.item} SET intent_id = md5(id::text)::uuid WHERE id = $1`, [id]));
      case 'sent':
        return void (await pool.query(`UPDATE ${tables.item} SET state = 'sending', attempt = 1, sending = '{}' WHERE id = $1`, [id])); // prettier-ignore
      case 'nothing':
    }
  };

  const run = async ({ also, operation }: Asked, { item, lane }: { lane: Lane; item: Item }): Promise<unknown> => {
    const added = also ? [companionRow(recipientAdded, { processor_id: 'any', subject_id: lane.subjectId })] : [];
    switch (operation) {
      case 'settle':
        return lanes.settle(lane, item, added);
      case 'mark':
        return lanes.markSending(lane, item, record, added);
      case 'park':
      case 'parkUnknown':
        return lanes.park(lane, item, { unknown: operation === 'parkUnknown' }, added);
      case 'retry':
      case 'retryUnknown':
        return lanes.retry(lane, item, 3_600_000, { unknown: operation === 'retryUnknown', counted: also }, added);
      case 'markQueued':
        return lanes.markQueued(lane, item, added);
      case 'release':
        return lanes.release(lane, 7_200_000);
      case 'begin':
        return lanes.begin(lane);
    }
  };
  const answer = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      (result) => JSON.parse(JSON.stringify(result ?? null, (key, value: unknown) => (key === 'queuedAt' ? 0 : value))) as unknown,
      (error: unknown) => (error instanceof LeaseLost ? 'lost' : Promise.reject(error as Error)),
    ); // prettier-ignore
  const rows = async ({ item, lane }: QueueTables) => ({
    lanes: (
      await pool.query(
        `SELECT subject_id, pending, urgent, attempt, lease_until > now() AS leased,
                round(extract(epoch FROM next_at - now()) / 600) AS due FROM ${lane} ORDER BY subject_id`,
      )
    ).rows,
    items: (await pool.query(`SELECT id, intent_id, kind, state, attempt, sending FROM ${item} ORDER BY id`)).rows,
    recipients: (await pool.query('SELECT subject_id FROM forwarding.recipient ORDER BY subject_id')).rows,
  });

  it('has the answers and the rows of its members one by one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 8 }), async (all) => {
        const [batched, single] = await prepare(all);
        const one: unknown[] = [];
        for (const [index, request] of all.entries()) one.push(await answer(run(request, single![index]!)));
        const oneByOne = await rows(alone);
        await pool.query('TRUNCATE forwarding.recipient');
        const many = await Promise.all(
          all.map(async (request, index) => {
            for (let tick = request.tick; tick > 0; tick--) await new Promise((resolve) => setImmediate(resolve));
            return answer(run(request, batched![index]!));
          }),
        );
        expect(many).toEqual(one);
        for (const [index, { before, operation }] of all.entries()) {
          if (before === 'lost') expect(many[index]).toBe(operation === 'release' ? null : 'lost');
          else if (operation === 'mark') expect(many[index]).toBe(before !== 'cancelled' && before !== 'sent');
        }
        expect(await rows(together)).toEqual(oneByOne);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

/** Fixed: what differs between two runs is who is faster. */
const seeded = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

describe('whatever happens at the same time', () => {
  const random = seeded(7);
  it('loses nothing, does nothing twice, keeps the order of a lane and leaves no lane over', async () => {
    await emptied();
    const subjects = Array.from({ length: 6 }, () => newId() as SubjectId);
    const payments = subjects.map((subjectId) => ({ subjectId, forwardingId: newId() as ForwardingId, orderId: newId() as OrderId })); // prettier-ignore
    const done: Item[] = [];
    const cancelled = new Set<string>();
    const intents: NewItem[] = [];
    const watch = new PaymentWatch(pool);
    let feeding = true;
    const any = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
    const feed = async (): Promise<void> => {
      for (let round = 0; round < 60; round++) {
        const subjectId = any(subjects);
        const chance = random();
        if (chance < 0.1) {
          const erasure = itemOf('eraseSubject', subjectId);
          await source.transaction((transaction) => intake.queueErasure(transaction, together, erasure));
          intents.push(erasure);
        } else if (chance < 0.4) {
          await watch.read(together, any(payments));
        } else {
          const item = itemOf(chance < 0.7 ? 'openPayment' : 'refundPayment', subjectId);
          intents.push(item);
          await intake.queue(together, item);
        }
      }
    };
    const work = async (): Promise<void> => {
      for (let idle = 0; feeding || idle < 3;) {
        const claimed = await lanes.claim(together, any([1, 2, 4]), 0);
        idle = claimed.length === 0 ? idle + 1 : 0;
        await Promise.all(claimed.map(({ item, lane }) => turns(lane, item)));
        if (claimed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const turns = async (lane: Lane, head: Item | null): Promise<void> => {
      let item = head;
      for (let taken = 0; taken < 4; taken++) {
        item ??= await lanes.begin(lane);
        if (item === null) return;
        for (const id of item.payload.cancelled ?? []) cancelled.add(id);
        if (item.kind === 'openPayment' || item.kind === 'refundPayment') {
          if (item.state === 'queued' && !(await lanes.markSending(lane, item, record))) {
            item = null;
            continue;
          }
          if (random() < 0.2) return lanes.retry(lane, item, 0, { unknown: random() < 0.5, counted: true });
        }
        done.push(item);
        const rest = await lanes.settle(lane, item);
        if (rest.items === 0) return;
        item = rest.next;
      }
      await lanes.release(lane);
    };
    const feeders = Promise.all([feed(), feed(), feed()]).finally(() => (feeding = false));
    await Promise.all([feeders, work(), work(), work()]);

    const ids = done.filter(({ kind }) => kind !== 'readPayment').map(({ forwardingId }) => forwardingId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set([...ids, ...cancelled])).toEqual(new Set(intents.map(({ forwardingId }) => forwardingId)));
    expect(ids.filter((id) => cancelled.has(id))).toEqual([]);
    for (const subject of subjects) {
      const own = done.filter(({ kind, subjectId }) => subjectId === subject && kind !== 'readPayment').map(({ id }) => Number(id)); // prettier-ignore
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
    expect((await pool.query(`SELECT * FROM ${together.lane}`)).rows).toEqual([]);
    expect((await pool.query(`SELECT * FROM ${together.item}`)).rows).toEqual([]);
  }, 60_000);
});
