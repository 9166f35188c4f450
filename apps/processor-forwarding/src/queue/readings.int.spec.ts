import { newId, type ForwardingId, type OrderId, type SubjectId } from '@dittoo/kernel';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import { DataSource } from 'typeorm';
import { PaymentWatch } from '../payment/payment-watch.js';
import type { ForwardingConfig } from '../processor-forwarding.config.js';
import { forwardingSchema } from '../processor-forwarding.migrations.js';
import { Lanes } from './lanes.js';
import { QueueIntake } from './queue-intake.js';
import { queueTablesOf } from './queue-tables.js';

/** Promise: a callback is answered by a reading that began after it, and no reading is queued twice. */
const tables = queueTablesOf('payson')!;
let database: TestDatabase;
let source: DataSource;
let lanes: Lanes;
let watch: PaymentWatch;
beforeAll(async () => {
  database = await testDatabase('readings');
  await database.migrate(forwardingSchema.migrations);
  source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  lanes = new Lanes(database.pool(), { leaseSeconds: 20 } as ForwardingConfig);
  watch = new PaymentWatch(source, new QueueIntake());
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

it('that is in hand when a callback comes is followed by another', async () => {
  const payment = {
    forwardingId: newId() as ForwardingId,
    subjectId: newId() as SubjectId,
    orderId: newId() as OrderId,
  };
  await watch.read(tables, payment);
  await watch.read(tables, payment); // both wait: one reading answers both
  expect((await lanes.figures(tables)).depth).toBe(1);
  const [lane] = await lanes.claim(tables, 1);
  const first = await lanes.begin(lane!);
  await watch.read(tables, payment); // while the processor is asked
  expect(await lanes.settle(lane!, first!)).toBe(true);
  expect((await lanes.figures(tables)).depth).toBe(1);
  const second = await lanes.begin(lane!);
  expect(second).toMatchObject({ kind: 'readPayment', forwardingId: payment.forwardingId });
  expect(await lanes.settle(lane!, second!)).toBe(false);
  expect((await lanes.figures(tables)).depth).toBe(0);
  expect(await lanes.claim(tables, 1)).toEqual([]);
});
