/*
 * Promised: rows and checkpoint move together or not at all, so an effect happens once however often a chunk comes; a
 * poisoned event stops its stream and no other, until it is replayed. Not promised: acts outside the transaction.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainError, newId, type NewEvent, type RecordedEvent } from '@dittoo/kernel';
import { MemoryEventStore, testDatabase, type TestDatabase } from '@dittoo/testing';
import { DataSource, type EntityManager } from 'typeorm';
import { deliveryMigrations } from './delivery.migrations.js';
import { TypeOrmInbox, type InboxAlerts } from './typeorm-inbox.js';

let database: TestDatabase;
let dataSource: DataSource;
let alerts: string[];
let took: bigint[];
let inbox: TypeOrmInbox;
let store: MemoryEventStore;
let group: string;
let groups = 0;

beforeAll(async () => {
  database = await testDatabase('inbox');
  await database.migrate(deliveryMigrations);
  dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: 6 }).initialize();
  await dataSource.query('CREATE TABLE seen (group_id text, position bigint, stream text)');
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() => {
  alerts = [];
  took = [];
  const heard: InboxAlerts = {
    parked: (...what) => alerts.push(`parked ${what.slice(1).join(' ')}`),
    retrying: (_group, failure) => alerts.push(`retrying ${failure}`),
    replayFailed: (_group, stream, failure) => alerts.push(`replay failed ${stream} ${failure}`),
    tookIn: (_group, events) => took.push(...events.map(({ position }) => position)),
  };
  inbox = new TypeOrmInbox(dataSource, heard);
  store = new MemoryEventStore(7n);
  group = `group-${groups++}`;
});

/** Appends one event to each of these streams, in this order, and reads them back. */
const log = async (...streams: string[]): Promise<RecordedEvent[]> => {
  const revisions = new Map<string, bigint>();
  const before = (await store.readAll({ after: null })).checkpoint;
  for (const { stream } of (await store.readAll({ after: null })).events)
    revisions.set(stream, (revisions.get(stream) ?? -1n) + 1n);
  for (const stream of streams) {
    const expected = revisions.get(stream);
    const event = { eventId: newId(), type: 'Noted', data: {}, metadata: {} } as unknown as NewEvent;
    await store.append(stream, [event], expected ?? 'no-stream');
    revisions.set(stream, (expected ?? -1n) + 1n);
  }
  return [...(await store.readAll({ after: before })).events];
};
const write = async (event: RecordedEvent, manager: EntityManager): Promise<void> => {
  await manager.query('INSERT INTO seen VALUES ($1, $2, $3)', [group, String(event.position), event.stream]);
};
/** Writes the row, then fails on these. */
const failing =
  (error: unknown, ...positions: bigint[]) =>
  async (event: RecordedEvent, manager: EntityManager): Promise<void> => {
    await write(event, manager);
    if (positions.includes(event.position)) throw error;
  };
const seen = async (): Promise<bigint[]> =>
  (
    await dataSource.query<{ position: string }[]>('SELECT position FROM seen WHERE group_id = $1 ORDER BY ctid', [
      group,
    ])
  ).map(({ position }) => BigInt(position));
const deliver = (events: readonly RecordedEvent[], handle = write, at = inbox) =>
  at.deliver(group, events, events.at(-1)!.position, handle);

const lost = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
const poison = new DomainError('not-allowed', 'Ada Lovelace, ada@example.org');

describe('idempotence', () => {
  it('rows and checkpoint are there after a chunk', async () => {
    const events = await log('order-1', 'order-2', 'order-1');
    expect(await inbox.checkpoint(group)).toBeNull();
    expect(await deliver(events)).toBe('done');
    expect(await seen()).toEqual([0n, 7n, 14n]);
    expect(await inbox.checkpoint(group)).toBe(14n);
  });

  it('a chunk that comes again changes nothing; one that overlaps brings only what is new', async () => {
    const events = await log('order-1', 'order-2');
    await deliver(events);
    expect(await deliver(events)).toBe('done');
    await deliver([...events, ...(await log('order-3'))]);
    expect(await seen()).toEqual([0n, 7n, 14n]);
    expect(took).toEqual([0n, 7n, 14n]);
  });

  it('an older chunk does not move the checkpoint back', async () => {
    const events = await log('order-1', 'order-2', 'order-3');
    await deliver(events);
    await deliver(events.slice(0, 1));
    expect(await inbox.checkpoint(group)).toBe(14n);
  });

  it('an empty chunk moves the checkpoint over what nobody wants', async () => {
    await inbox.deliver(group, [], 700n, write);
    expect(await inbox.checkpoint(group)).toBe(700n);
  });

  it('two runners of one group do one work', async () => {
    const events = await log(...Array.from({ length: 40 }, (_, index) => `order-${index % 4}`));
    const other = new TypeOrmInbox(dataSource, {
      parked: () => {},
      retrying: () => {},
      replayFailed: () => {},
      tookIn: () => {},
    });
    const outcomes = await Promise.all([
      deliver(events),
      deliver(events, write, other),
      deliver(events),
      deliver(events, write, other),
    ]);
    expect(new Set(outcomes)).toEqual(new Set(['done']));
    expect(await seen()).toEqual(events.map(({ position }) => position));
  });
});

describe('atomicity', () => {
  it('a transient error changes nothing and asks for later', async () => {
    const events = await log('order-1', 'order-2', 'order-3');
    expect(await deliver(events, failing(lost, 7n))).toBe('later');
    expect(await seen()).toEqual([]);
    expect(await inbox.checkpoint(group)).toBeNull();
    expect(await inbox.parkedStreams()).toEqual([]);
    expect(alerts).toEqual(['retrying Error:ECONNRESET']);
    expect(await deliver(events)).toBe('done');
    expect(await seen()).toEqual([0n, 7n, 14n]);
  });

  it.each([
    ['finds out at the next statement', () => true],
    ['hears of it before', (manager: EntityManager) => manager.queryRunner!.isReleased],
  ])('a process whose connection dies before the commit leaves nothing, whether it %s', async (_when, noticed) => {
    const events = await log('order-1', 'order-2');
    let dying = true;
    const outcome = await deliver(events, async (event, manager) => {
      await write(event, manager);
      if (event.position !== 7n || !dying) return;
      dying = false;
      const [{ pid }] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
      await dataSource.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
      while (!noticed(manager)) await new Promise((resolve) => setTimeout(resolve, 5));
    });
    expect(outcome).toBe('later');
    expect(alerts).toHaveLength(1);
    expect(await seen()).toEqual([]);
    expect(await deliver(events)).toBe('done');
    expect(await seen()).toEqual([0n, 7n]);
  });
});

describe('poison', () => {
  it('parks its stream with all that follows in it; the others go on; somebody hears of it', async () => {
    const events = await log('order-1', 'order-2', 'order-1', 'order-3', 'order-2');
    expect(await deliver(events, failing(poison, 7n))).toBe('done');
    expect(await seen()).toEqual([0n, 14n, 21n]);
    expect(await inbox.checkpoint(group)).toBe(28n);
    expect(alerts).toEqual(['parked order-2 7 DomainError:not-allowed']);

    await deliver(await log('order-2', 'order-1')); // and later chunks too
    expect(await seen()).toEqual([0n, 14n, 21n, 42n]);
    expect(await inbox.parkedStreams()).toContainEqual(
      expect.objectContaining({ group, stream: 'order-2', failure: 'DomainError:not-allowed', waiting: 3 }),
    );
  });

  it('in one group leaves the others alone', async () => {
    const events = await log('order-1', 'order-1');
    await deliver(events, failing(poison, 0n));
    group = `${group}-other`;
    await deliver(events);
    expect(await seen()).toEqual([0n, 7n]);
  });

  it('never stores or tells the message', async () => {
    await deliver(await log('order-1'), failing(poison, 0n));
    const odd = Object.assign(new Error('Ada'), { code: 'Ada Lovelace, ada@example.org' });
    await deliver(await log('order-2'), failing(odd, 7n));
    const rows = await dataSource.query(
      'SELECT p::text, e::text FROM delivery.parked_stream p, delivery.parked_event e',
    );
    expect(JSON.stringify([rows, alerts])).not.toMatch(/Ada|example\.org/);
  });

  it('twice in one chunk parks both', async () => {
    await deliver(await log('order-1', 'order-2', 'order-3'), failing(poison, 0n, 14n));
    expect(await seen()).toEqual([7n]);
    expect((await inbox.parkedStreams()).filter((parked) => parked.group === group)).toHaveLength(2);
  });

  it('beside a transient error waits with it: what was done before stays done', async () => {
    const events = await log('order-1', 'order-2', 'order-3');
    const outcome = await deliver(events, async (event, manager) => {
      await write(event, manager);
      if (event.position === 0n) throw poison;
      if (event.position === 14n) throw lost;
    });
    expect(outcome).toBe('later');
    expect(await inbox.checkpoint(group)).toBe(7n);
    await deliver(events);
    expect(await seen()).toEqual([7n, 14n]);
  });
});

describe('replay of a parked stream', () => {
  const replay = (handle = write) => inbox.replayParked(group, 'order-1', store, handle);

  it('does what waited, in order, and lets the stream go on', async () => {
    await deliver(await log('order-1', 'order-2', 'order-1', 'order-1'), failing(poison, 0n));
    expect(await replay()).toEqual({ replayed: 3, waiting: 0, failure: null });
    expect(await seen()).toEqual([7n, 0n, 14n, 21n]);
    expect((await inbox.parkedStreams()).filter((parked) => parked.group === group)).toEqual([]);
    await deliver(await log('order-1'));
    expect(await seen()).toEqual([7n, 0n, 14n, 21n, 28n]);
    expect(await replay()).toEqual({ replayed: 0, waiting: 0, failure: null });
  });

  it('stops where it fails again; what is done stays done', async () => {
    await deliver(await log('order-1', 'order-1', 'order-1'), failing(poison, 0n));
    expect(await replay(failing(poison, 7n))).toEqual({ replayed: 1, waiting: 2, failure: 'DomainError:not-allowed' });
    expect(await seen()).toEqual([0n]);
    await deliver(await log('order-1'));
    expect(await seen()).toEqual([0n]);
    expect(await replay()).toEqual({ replayed: 3, waiting: 0, failure: null });
    expect(await seen()).toEqual([0n, 7n, 14n, 21n]);
    expect(alerts).toContain('replay failed order-1 DomainError:not-allowed');
  });

  it('beside the running group and beside itself does each event once, in order', async () => {
    await deliver(await log('order-1', 'order-1'), failing(poison, 0n));
    const chunks = [await log('order-1'), await log('order-1'), await log('order-1')];
    await Promise.all([
      replay(),
      replay(),
      (async () => {
        for (const chunk of chunks) await deliver(chunk);
      })(),
    ]);
    await replay();
    expect(await seen()).toEqual([0n, 7n, 14n, 21n, 28n]);
  });

  it('refuses a log that is not the one it parked', async () => {
    await deliver(await log('order-1'), failing(poison, 0n));
    store = new MemoryEventStore();
    expect(await replay()).toMatchObject({ replayed: 0, waiting: 1, failure: 'Error' });
  });
});
