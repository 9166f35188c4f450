import { newId, type NewEvent } from '@dittoo/kernel';
import { MemoryEventStore, testDatabase, type TestDatabase } from '@dittoo/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { auditSchema } from '../audit.migrations.js';
import { NumberedLog } from './numbered-log.js';

// A log with gaps and ten events, of which four are sealed.
let database: TestDatabase;
let log: NumberedLog;
const positions = Array.from({ length: 10 }, (_, index) => BigInt(index) * 7n);

beforeAll(async () => {
  database = await testDatabase();
  await database.migrate(auditSchema.migrations);
  const store = new MemoryEventStore(7n);
  const pool = database.pool();
  for (const [index, position] of positions.entries()) {
    const metadata = { recordedAt: '2026-01-02T03:04:05.678Z' } as NewEvent['metadata'];
    await store.append(`thing-${index}`, [{ eventId: newId(), type: 'T', data: {}, metadata }], 'no-stream');
    if (index > 3) continue;
    await pool.query('INSERT INTO audit.leaf VALUES ($1, $2, $3, $4)', [
      index,
      String(position),
      newId(),
      Buffer.alloc(32),
    ]);
  }
  log = new NumberedLog(store, pool);
});
afterAll(() => database.drop());

it('numbers sealed events by their leaf, and counts the events after them', async () => {
  const numbers = await log.numbersOf(positions);
  expect(positions.map((position) => numbers.get(position))).toEqual(positions.map((position) => position / 7n));
});

it('finds a position to start from, at or before any number', async () => {
  expect(await log.before(0n)).toEqual({ after: null, next: 0n });
  expect(await log.before(3n)).toEqual({ after: 14n, next: 3n });
  expect(await log.before(9n)).toEqual({ after: 21n, next: 4n });
});

it('ends where the seal does', async () => expect(await log.end()).toBe(3n));
