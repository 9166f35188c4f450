// Promised: acknowledged events are in the log, once and in order, however often the server is killed under load, and
// subscriptions deliver them. Run on the sandbox, which writes to disk before it responds, as a server does.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EventStoreUnavailable } from '@dittoo/kernel';
import { readEsdbAddress } from './esdb-address.js';
import { EventStoreDbEventStore } from './esdb-event-store.js';
import { collect, exampleEvent } from './event-store.contract.js';

const program = fileURLToPath(new URL('../../../apps/event-store-sandbox/dist/main.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'dittoo-esdb-'));
let port: number;
let server: ChildProcess;
let store: EventStoreDbEventStore;

const start = async (): Promise<void> => {
  const child = spawn(process.execPath, [program, '--port', String(port), '--file', join(directory, 'log.ndjson')]);
  server = child;
  await new Promise<void>((resolve, reject) => {
    let output = '';
    const listen = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      if (output.includes('ready ')) resolve();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', () => reject(new Error(output)));
  });
};
const kill = (): Promise<unknown> => {
  const exit = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  return exit;
};

beforeAll(async () => {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  port = (free.address() as AddressInfo).port;
  await new Promise((resolve) => free.close(resolve));
  await start();
  store = new EventStoreDbEventStore(readEsdbAddress(`esdb://127.0.0.1:${port}?tls=false`), { deadlineMs: 2_000 });
});
afterAll(async () => {
  await store.close();
  await kill();
  rmSync(directory, { recursive: true });
});

it('survives kill -9 under load', async () => {
  const acknowledged = new Map<string, number>();
  let writing = true;
  const writer = async (name: string): Promise<void> => {
    for (let revision = 0; writing;) {
      const event = exampleEvent(`${name}-${revision}`);
      const expected = revision === 0 ? 'no-stream' : BigInt(revision - 1);
      try {
        await store.append(name, [event], expected);
        acknowledged.set(name, ++revision);
      } catch (error) {
        if (!(error instanceof EventStoreUnavailable)) throw error; // otherwise retry with the same id
      }
    }
  };
  const abort = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const { events } of store.subscribeToAll({ after: null, signal: abort.signal })) {
      seen.push(...events.map(({ stream, revision }) => `${stream}@${revision}`));
    }
  })();
  const writers = Array.from({ length: 6 }, (_, index) => writer(`thing-${index}`));
  const total = (): number => [...acknowledged.values()].reduce((sum, count) => sum + count, 0);
  const until = async (reached: () => boolean): Promise<void> => {
    for (const end = Date.now() + 20_000; !reached(); await new Promise((resolve) => setTimeout(resolve, 10))) {
      if (Date.now() > end) throw new Error(`not finished with ${total()} acknowledged and ${seen.length} seen`);
    }
  };
  for (let round = 0; round < 3; round++) {
    const before = total();
    await until(() => total() > before + 60);
    await kill();
    await start();
  }
  writing = false;
  await Promise.all(writers);

  const expected: string[] = [];
  for (const [name, count] of acknowledged) {
    const events = await collect(store.readStream(name));
    expect(events.map(({ eventId }) => eventId)).toEqual(
      Array.from({ length: count }, (_, revision) => exampleEvent(`${name}-${revision}`).eventId),
    );
    expected.push(...events.map(({ stream, revision }) => `${stream}@${revision}`));
  }
  await until(() => seen.length >= expected.length);
  abort.abort();
  await following;
  expect([...seen].sort()).toEqual(expected.sort());
}, 120_000);
