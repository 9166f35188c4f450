/*
 * Promised: two processes that see one fact open one item; the log line of an opened item holds its id and kind alone; an
 * item whose row was not written is written when its event is followed; a watch that fails keeps no other from its work.
 */
import type { AttentionKind } from '@dittoo/contracts';
import { SystemClock } from '@dittoo/kernel';
import { MemoryEventStore, testDatabase, type TestDatabase } from '@dittoo/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { pino, type Logger } from 'pino';
import { AttentionItems } from './attention-items.js';
import { AttentionWatcher } from './attention-watch.worker.js';
import { attentionTables } from './attention.migrations.js';

const fact = { key: 'order.list', about: { group: 'order.list' }, since: '2026-11-27T10:00:00.000Z' };
const kind: AttentionKind = 'groupLagging';

let database: TestDatabase;
let pool: pg.Pool;
let store: MemoryEventStore;
let lines: Record<string, unknown>[];
let logger: Logger;

beforeAll(async () => {
  database = await testDatabase('attention items');
  await database.migrate(attentionTables.migrations);
  pool = database.pool();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await pool.query('TRUNCATE attention.item');
  store = new MemoryEventStore();
  lines = [];
  logger = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line)) });
});

const items = (rows: pg.Pool = pool): AttentionItems => new AttentionItems(store, new SystemClock(), rows, logger);
const eventsOf = async (id: string): Promise<string[]> => {
  const types: string[] = [];
  for await (const { type } of store.readStream(`attention-${id}`)) types.push(type);
  return types;
};

describe('the attention items of two processes', () => {
  it('are one for one fact, opened and closed once', async () => {
    const [one, other] = [items(), items()];
    const id = one.idOf(kind, fact.key);
    await Promise.all([one.open(kind, 'audit', fact), other.open(kind, 'audit', fact)]);
    expect(await one.rows.counts()).toEqual({ groupLagging: 1 });
    await Promise.all([one.close(kind, fact.key), other.close(kind, fact.key)]);
    expect(await one.rows.counts()).toEqual({});
    expect(await eventsOf(id)).toEqual(['AttentionOpened', 'AttentionClosed']);
  });
});

describe('an item that opens', () => {
  it('is one line in the log, of its id and kind', async () => {
    await items().open(kind, 'audit', fact);
    await items().open(kind, 'audit', fact);
    expect(lines).toEqual([{ level: 40, id: items().idOf(kind, fact.key), kind, msg: 'attention.opened' }]);
  });

  it('without its row, because the process died, is written when its event arrives', async () => {
    const broken = { query: () => Promise.reject(new Error('the process is gone')) } as Partial<pg.Pool> as pg.Pool;
    await expect(items(broken).open(kind, 'audit', fact)).rejects.toThrow('the process is gone');
    expect(await items().rows.counts()).toEqual({});
    await items().follow(items().idOf(kind, fact.key));
    expect(await items().rows.counts()).toEqual({ groupLagging: 1 });
  });

  it('is not undone by an event that arrives late', async () => {
    const opening = items();
    await opening.open(kind, 'audit', fact);
    const { about, since } = fact;
    const state = { about, since, kind, severity: 'warning', where: 'audit', status: 'open' } as const;
    await opening.close(kind, fact.key);
    await opening.rows.write(opening.idOf(kind, fact.key), state, { revision: 0n, changedAt: fact.since });
    expect(await opening.rows.counts()).toEqual({});
  });
});

describe('the watches of a process', () => {
  it('open what two turns in a row have found, where one is not enough', async () => {
    const watcher = new AttentionWatcher(items(), new SystemClock(), logger);
    const turns = [[fact], [], [fact], [fact]];
    watcher.add({ kind, where: 'audit', twice: true, look: () => Promise.resolve(turns.shift() ?? []) });
    const counts = [];
    for (let turn = 0; turn < 5; turn++) {
      await watcher.check();
      counts.push((await items().rows.counts()).groupLagging ?? 0);
    }
    expect(counts).toEqual([0, 0, 0, 1, 0]);
  });

  it('go on where one of them fails, and leave its items as they are', async () => {
    const watcher = new AttentionWatcher(items(), new SystemClock(), logger);
    await items().open('relayLagging', 'relay', { key: 'kafka', about: { transport: 'kafka' }, since: fact.since });
    watcher.add({ kind: 'relayLagging', where: 'relay', look: () => Promise.reject(new TypeError('away')) });
    watcher.add({ kind, where: 'audit', look: () => Promise.resolve([fact]) });
    await watcher.check();
    expect(await items().rows.counts()).toEqual({ groupLagging: 1, relayLagging: 1 });
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'attention.watch-failed', kind: 'relayLagging' }));
  });
});
