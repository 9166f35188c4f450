/** A log of its own for each test, with sessions whose transactions can be held open, and sequencers in any number. */
import { spawn, type ChildProcess } from 'node:child_process';
import { afterEach, beforeEach } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import pg from 'pg';
import { eventStoreMigrations } from './event-store.migration.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { PostgresSequencer, type PostgresSequencerOptions } from './postgres-sequencer.js';

export let database: TestDatabase;
export let pool: pg.Pool;
export let store: PostgresEventStore;
export const sequencers = new Set<PostgresSequencer>();
const clients = new Set<pg.Client>();
const children = new Set<ChildProcess>();

beforeEach(async () => {
  database = await testDatabase('sequencer');
  await database.migrate(eventStoreMigrations, { schema: 'event_store' });
  pool = database.pool({ max: 8 });
  store = new PostgresEventStore(pool);
});

afterEach(async () => {
  for (const sequencer of sequencers) await sequencer.stop();
  sequencers.clear();
  for (const client of clients) await client.end().catch(() => undefined);
  clients.clear();
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await database.drop();
});

export const session = async (): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined);
  clients.add(client);
  await client.connect();
  return client;
};

export const sequencer = (options: PostgresSequencerOptions = {}): PostgresSequencer => {
  const created = new PostgresSequencer({ connectionString: database.url, application_name: 'sequencer' }, options);
  sequencers.add(created);
  created.start();
  return created;
};

/** Inserts as an append does, on the spec's own connection, so that its transaction can be held open. */
export const insert = (client: pg.Client | pg.Pool, stream: string, revision: number): Promise<unknown> =>
  client.query(
    `INSERT INTO event_store.es_event (stream_id, revision, event_id, type, data, meta, recorded_at, leaf_hash)
     VALUES ($1, $2, gen_random_uuid(), 'ThingSaid', '{}', '{}', now(), decode(repeat('00', 32), 'hex'))`,
    [stream, revision],
  );

export const sequence = async (batch = 1000): Promise<number> => {
  const { rows } = await pool.query<{ count: number }>('SELECT event_store.es_sequence($1) AS count', [batch]);
  return rows[0]?.count ?? 0;
};

/** Repeats until `count` events are sequenced. */
export const sequenced = async (count: number, batch?: number): Promise<number> => {
  let events = 0;
  for (const end = Date.now() + 5_000; events < count && Date.now() < end;)
    events += Math.max(0, await sequence(batch));
  return events;
};

export const log = async (): Promise<string[]> =>
  (await store.readAll({ after: null, limit: 10_000 })).events.map(({ stream, revision }) => `${stream}@${revision}`);

export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 15_000; !(await condition());) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** A sequencer in a process of its own, which can be paused. */
export const separateProcess = async () => {
  const script = `
    import { PostgresSequencer } from ${JSON.stringify(new URL('../dist/postgres-sequencer.js', import.meta.url).href)};
    const connection = { connectionString: process.env.URL_OF_LOG };
    new PostgresSequencer(connection, { onLog: (_level, event) => console.log(event) }).start();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, URL_OF_LOG: database.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    says: (word: string) => until(() => output.includes(`sequencer.${word}\n`)),
    signal: (signal: NodeJS.Signals) => child.kill(signal),
  };
};
