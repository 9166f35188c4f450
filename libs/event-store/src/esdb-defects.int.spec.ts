/* eslint max-lines: off -- the known defects of the client stand together, by their numbers */
/*
 * The known defects of the client, by the numbers used in the code, and the effects of an outage. Promised: an append
 * is written once or fails with an error that tells whether the outcome is known; a subscription delivers everything
 * after its checkpoint, once, in order, even if its connections are lost; the client never ends the process. Left open:
 * the behaviour of a real server under load.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainError, EventStoreUnavailable, RevisionConflict, type NewEvent } from '@dittoo/kernel';
import { selfSignedCertificate } from '@dittoo/testing';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Metadata } from '@grpc/grpc-js';
import { readEsdbAddress } from './esdb-address.js';
import { EsdbConnection, EsdbFailure, failureOf } from './esdb-connection.js';
import { EventStoreDbEventStore } from './esdb-event-store.js';
import { collect, exampleEvent } from './event-store.contract.js';
import {
  errors,
  EventStoreSandbox,
  type Fault,
  type GrpcError,
  type SandboxOptions,
} from '@dittoo/event-store-sandbox';

let sandbox: EventStoreSandbox;
let store: EventStoreDbEventStore;
let open: (() => Promise<unknown>)[];
const unheard: unknown[] = [];
const hear = (reason: unknown): void => void unheard.push(reason);

const anotherSandbox = async (options?: SandboxOptions): Promise<EventStoreSandbox> => {
  const started = await EventStoreSandbox.start(options);
  open.push(() => started.stop());
  return started;
};
const storeAt = (url: string, deadlineMs = 400): EventStoreDbEventStore => {
  const opened = new EventStoreDbEventStore(readEsdbAddress(url), { deadlineMs });
  open.unshift(() => opened.close());
  return opened;
};

beforeEach(async () => {
  open = [];
  unheard.length = 0;
  process.on('unhandledRejection', hear);
  sandbox = await anotherSandbox();
  store = storeAt(sandbox.url);
});
afterEach(async () => {
  for (const close of open) await close();
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});

const event = (id: string | number, data = {}): NewEvent => exampleEvent(String(id), data);
const ids = async (stream: string, from = store): Promise<string[]> =>
  (await collect(from.readStream(stream))).map(({ eventId }) => eventId);
const until = async (true_: () => boolean): Promise<void> => {
  for (const end = Date.now() + 10_000; !true_(); await new Promise((resolve) => setTimeout(resolve, 5))) {
    if (Date.now() > end) throw new Error('the condition was not met');
  }
};
const slowly = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
/** Appends `count` events of one stream and returns their ids. */
const fill = async (stream: string, count: number, from = 0): Promise<string[]> => {
  const events = Array.from({ length: count }, (_, index) => event(`${stream}-${from + index}`));
  await store.append(stream, events, from === 0 ? 'no-stream' : BigInt(from - 1));
  return events.map(({ eventId }) => eventId);
};

describe('appends', () => {
  it('E1, E13: never take the client’s batch path, and never probe the server’s features', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.append(`a-${index}`, [event(index)], 'no-stream')),
    );
    expect(sandbox.calls).toMatchObject({ append: 20, batchAppend: 0, serverFeatures: 0 });
    // The client's own behaviour, which shows that the line above can fail.
    const plain = EventStoreDBClient.connectionString(sandbox.url);
    await plain.appendToStream('a-plain', jsonEvent({ type: 'T', data: {} }));
    expect(sandbox.calls).toMatchObject({ append: 20, batchAppend: 1, serverFeatures: 1 });
    await plain.dispose();
  });

  it('E1: one that loses its connection does not affect others', async () => {
    sandbox.fail('append', { kind: 'cut', afterwards: true });
    const other = storeAt(sandbox.url);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        (index % 2 === 0 ? store : other).append(`a-${index}`, [event(index)], 'no-stream'),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    for (let index = 0; index < 30; index++) expect(await ids(`a-${index}`)).toEqual([event(index).eventId]);
  });

  it.each([true, false])('E2: one without a response is given up and repeated (written: %s)', async (afterwards) => {
    sandbox.fail('append', { kind: 'silence', afterwards });
    expect(await store.append('a-1', [event(1), event(2)], 'no-stream')).toEqual({ revision: 1n });
    expect(await ids('a-1')).toEqual([event(1).eventId, event(2).eventId]);
    expect(sandbox.calls.append).toBe(2);
  });

  it('E2: ignore a late response to one that was given up', async () => {
    sandbox.fail('append', { kind: 'late', byMs: 600 });
    expect(await store.append('a-1', [event(1)], 'no-stream')).toEqual({ revision: 0n });
    await new Promise((resolve) => setTimeout(resolve, 400)); // until the late response was sent
    expect(await ids('a-1')).toEqual([event(1).eventId]);
  });

  it('E3: a conflict has the actual revision', async () => {
    await fill('a-1', 5);
    await expect(store.append('a-1', [event('x')], 1n)).rejects.toMatchObject({ actualRevision: 4n });
    await expect(store.append('a-2', [event('x')], 1n)).rejects.toMatchObject({ actualRevision: null });
  });

  it('E4: a hundred at once succeed on a new connection', async () => {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) => store.append(`a-${index}`, [event(index)], 'no-stream')),
    );
    expect(sandbox.log.events.filter(({ stream }) => stream.startsWith('a-')).length).toBe(100);
  });

  const passing: [string, GrpcError][] = [
    ['unavailable', errors.unavailable],
    ['cancelled', errors.cancelled],
    ['timeout', errors.timeout],
    ['unknown', errors.unknown],
  ];
  it.each(passing.flatMap(([word, error]) => [true, false].map((afterwards) => [word, error, afterwards] as const)))(
    'E9: %s is transient (%j, written: %s)',
    async (_, error, afterwards) => {
      sandbox.fail('append', { kind: 'error', error, afterwards }, 2);
      expect(await store.append('a-1', [event(1)], 'no-stream')).toEqual({ revision: 0n });
      expect(await ids('a-1')).toEqual([event(1).eventId]);
    },
  );

  it('E9: go to the leader once they learn which node it is', async () => {
    const leader = await anotherSandbox();
    sandbox.fail('append', { kind: 'error', error: errors.notLeader('127.0.0.1', leader.port) });
    await store.append('a-1', [event(1)], 'no-stream');
    expect(sandbox.log.stream('a-1')).toEqual([]);
    expect(leader.log.stream('a-1').length).toBe(1);
  });

  it('E10: never leave the revision open', async () => {
    await fill('a-1', 3);
    await fill('a-1', 3, 3);
    expect(sandbox.calls).toMatchObject({ append: 2, appendAny: 0 });
  });

  it('succeed on a conflict with their own event after an unknown outcome', async () => {
    await fill('a-1', 1);
    sandbox.fail('append', { kind: 'error', error: errors.unavailable, afterwards: true });
    sandbox.fail('append', { kind: 'error', error: errors.wrongExpectedVersion('a-1', 2) });
    expect(await store.append('a-1', [event(1), event(2)], 0n)).toEqual({ revision: 2n });

    sandbox.fail('append', { kind: 'error', error: errors.unavailable });
    sandbox.fail('append', { kind: 'error', error: errors.wrongExpectedVersion('a-1', 2) });
    await expect(store.append('a-1', [event(3)], 1n)).rejects.toBeInstanceOf(RevisionConflict);
    expect((await ids('a-1')).length).toBe(3);
  });

  it('are not retried where a retry cannot succeed', async () => {
    sandbox.fail('append', { kind: 'error', error: errors.invalid });
    await expect(store.append('a-1', [event(1)], 'no-stream')).rejects.not.toBeInstanceOf(EventStoreUnavailable);
    expect(sandbox.calls.append).toBe(1);
  });

  it('that are too large for the server are refused with a code', async () => {
    const narrow = await anotherSandbox({ maxAppendBytes: 1024 * 1024 });
    const there = storeAt(narrow.url, 5_000);
    const many = ['one', 'two', 'three'].map((id) => event(id, { text: 'x'.repeat(500_000) }));
    const attempt = there.append('a-1', many, 'no-stream');
    await expect(attempt).rejects.toBeInstanceOf(DomainError);
    await expect(attempt).rejects.toMatchObject({ code: 'payload-too-large' });
    expect(await ids('a-1', there)).toEqual([]);
  });
});

describe('a read that fails after its events were sent', () => {
  const faults: Fault[] = [
    { kind: 'error', error: errors.unavailable, afterwards: true },
    { kind: 'cut', afterwards: true },
  ];

  it.each(faults)('is retried, and each event is returned once: $kind', async (fault) => {
    const filled = await fill('a-1', 20);
    sandbox.fail('readStream', fault);
    expect(await ids('a-1')).toEqual(filled);
    expect(sandbox.calls.readStream).toBe(2);
  });

  it('is not taken for complete without its end', async () => {
    await fill('a-1', 20);
    sandbox.fail('readStream', { kind: 'silence', afterwards: true });
    await expect(ids('a-1')).rejects.toThrow(EventStoreUnavailable);
  });
});

describe('subscriptions', () => {
  /** Follows until `count` events have arrived. */
  const follow = (count: number, options: { after?: bigint | null; categories?: string[]; limit?: number } = {}) => {
    const abort = new AbortController();
    const seen: string[] = [];
    const done = (async () => {
      const { after = null, ...rest } = options;
      for await (const { events } of store.subscribeToAll({ after, ...rest, signal: abort.signal })) {
        seen.push(...events.map(({ eventId }) => eventId));
        if (seen.length >= count) abort.abort();
      }
    })();
    return { seen, done };
  };

  it.each([
    ['E5: ends without an error', () => sandbox.endSubscriptions()],
    ['E8: ends with an error', () => sandbox.failSubscriptions(errors.cancelled)],
    ['loses its connection', () => sandbox.cutConnections()],
    ['is told of another leader', () => sandbox.failSubscriptions(errors.notLeader('127.0.0.1', sandbox.port))],
    [
      'loses its server for a while',
      async () => {
        await sandbox.goDown();
        await sandbox.comeBack();
      },
    ],
  ])('begin anew when one %s: nothing skipped, nothing twice', async (_, trouble) => {
    const expected = await fill('a-1', 50);
    const { seen, done } = follow(230);
    for (let round = 1; round < 6; round++) {
      await until(() => sandbox.subscriptions === 1 && seen.length >= round * 20);
      await trouble();
      expected.push(...(await fill('a-1', 36, 50 + (round - 1) * 36)));
    }
    await done;
    expect(seen).toEqual(expected);
  });

  it('are retried when they cannot begin, and when their start position cannot be read', async () => {
    const expected = await fill('a-1', 3);
    const { checkpoint } = await store.readAll({ after: null, limit: 1 });
    for (const error of [errors.unavailable, errors.accessDenied]) sandbox.fail('subscribe', { kind: 'error', error });
    sandbox.fail('readAll', { kind: 'error', error: errors.unavailable }, 5);
    const { seen, done } = follow(2, { after: checkpoint });
    await done;
    expect(seen).toEqual(expected.slice(1));
  });

  it('E6, E7: by category never deliver a checkpoint before the events it covers', async () => {
    const expected: { id: string; position: number }[] = [];
    for (let round = 0; round < 12; round++) {
      await fill(`other-${round}`, 60);
      await fill(`expected-${round}`, 15);
    }
    for (const { id, stream, position } of sandbox.log.events) {
      if (stream.startsWith('expected-')) expected.push({ id, position });
    }
    await fill('other-last', 300);
    const last = BigInt(sandbox.log.stream('other-last')[200]!.position);

    const checkpoints: (bigint | null)[] = [];
    const seen: string[] = [];
    const signal = new AbortController();
    for await (const page of store.subscribeToAll({
      after: null,
      categories: ['expected'],
      limit: 4,
      signal: signal.signal,
    })) {
      seen.push(...page.events.map(({ eventId }) => eventId));
      const due = expected.filter(({ position }) => BigInt(position) <= page.checkpoint!);
      expect(seen).toEqual(due.map(({ id }) => id));
      checkpoints.push(page.checkpoint);
      await slowly(); // so that checkpoints overtake waiting events
      if (page.checkpoint! >= last) signal.abort(); // skipped by a checkpoint without events
    }
    expect(seen.length).toBe(expected.length);
    for (const after of checkpoints.filter((_, index) => index % 9 === 0)) {
      const rest = expected.filter(({ position }) => BigInt(position) > (after ?? -1n)).map(({ id }) => id);
      if (rest.length === 0) continue;
      const again = follow(rest.length, { after, categories: ['expected'] });
      await again.done;
      expect(again.seen).toEqual(rest);
    }
  });

  it('E8: that are left, or whose reader fails, also end on the server', async () => {
    await fill('a-1', 10);
    const reader = async (): Promise<void> => {
      for await (const page of store.subscribeToAll({ after: null, limit: 2, signal: new AbortController().signal })) {
        if (page.events.length > 0) throw new Error('the reader fails');
      }
    };
    await expect(reader()).rejects.toThrow('the reader fails');
    await until(() => sandbox.subscriptions === 0);
    for await (const page of store.subscribeToAll({ after: null, signal: new AbortController().signal })) {
      if (page.events.length > 0) break;
    }
    await until(() => sandbox.subscriptions === 0);
    await fill('a-1', 10, 10);
  });

  it('E8: with a slow reader slow the server down and lose nothing', async () => {
    const text = 'x'.repeat(2_000);
    const events = Array.from({ length: 1_500 }, (_, index) => event(index, { text }));
    const roomy = storeAt(sandbox.url, 10_000);
    await roomy.append('a-1', events.slice(0, 750), 'no-stream');
    await roomy.append('a-1', events.slice(750), 749n);
    const seen: string[] = [];
    const abort = new AbortController();
    for await (const page of store.subscribeToAll({ after: null, limit: 100, signal: abort.signal })) {
      seen.push(...page.events.map(({ eventId }) => eventId));
      await slowly();
      if (seen.length === events.length) abort.abort();
    }
    expect(seen).toEqual(events.map(({ eventId }) => eventId));
  });

  it('E11: have positions and revisions as bigint, in numeric order', async () => {
    await fill('a-1', 40);
    const { events } = await store.readAll({ after: null });
    for (const { position, revision } of events)
      expect([typeof position, typeof revision]).toEqual(['bigint', 'bigint']);
    const positions = events.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('stop at a checkpoint that is not of this log', async () => {
    await fill('a-1', 3);
    const ahead = collect(store.subscribeToAll({ after: 10n ** 9n, signal: new AbortController().signal }));
    await expect(ahead).rejects.toMatchObject({ name: 'LogBroken' });
  });

  it('stop at an event that the shop did not write', async () => {
    const plain = EventStoreDBClient.connectionString(sandbox.url);
    await plain.appendToStream('foreign-1', jsonEvent({ type: 'Foreign', data: {} }));
    await plain.dispose();
    await expect(store.readAll({ after: null })).rejects.toMatchObject({ name: 'LogBroken' });
    const following = collect(store.subscribeToAll({ after: null, signal: new AbortController().signal }));
    await expect(following).rejects.toMatchObject({ name: 'LogBroken' });
  });
});

describe('an unavailable server', () => {
  it('makes every call fail as unavailable, and is used again without a restart', async () => {
    await fill('a-1', 2);
    await sandbox.goDown();
    await expect(store.append('a-2', [event(1)], 'no-stream')).rejects.toBeInstanceOf(EventStoreUnavailable);
    await expect(ids('a-1')).rejects.toBeInstanceOf(EventStoreUnavailable);
    await expect(store.readAll({ after: null })).rejects.toBeInstanceOf(EventStoreUnavailable);
    await sandbox.comeBack();
    expect((await ids('a-1')).length).toBe(2);
    await store.append('a-2', [event(1)], 'no-stream');
  });

  it('E13: is noticed at the start', async () => {
    await store.ready();
    sandbox.fallSilent();
    await expect(store.ready()).rejects.toThrow('it does not answer in time');
    sandbox.heal();
    await sandbox.goDown();
    await expect(store.ready()).rejects.toThrow('nothing answers there');
    await sandbox.comeBack();
    await store.ready();
  });

  it('that stops responding is given up', async () => {
    await fill('a-1', 2);
    sandbox.fallSilent();
    await expect(ids('a-1')).rejects.toBeInstanceOf(EventStoreUnavailable);
    await expect(store.append('a-1', [event('x')], 1n)).rejects.toBeInstanceOf(EventStoreUnavailable);
  });

  it('and an unavailable cluster do not end the process, and are used again', async () => {
    const other = await anotherSandbox();
    sandbox.gossipAbout([sandbox.port, other.port]);
    other.gossipAbout([sandbox.port, other.port]);
    const hosts = `127.0.0.1:${sandbox.port},127.0.0.1:${other.port}`;
    const there = storeAt(`esdb://${hosts}?tls=false&maxDiscoverAttempts=2&discoveryInterval=20&gossipTimeout=1`);
    await there.append('a-1', [event(1)], 'no-stream');
    expect(sandbox.log.stream('a-1').length).toBe(1);
    await Promise.all([sandbox.goDown(), other.goDown()]);
    const attempts = Array.from({ length: 10 }, (_, index) => there.append(`b-${index}`, [event(index)], 'no-stream'));
    for (const outcome of await Promise.allSettled(attempts)) {
      expect(outcome.status === 'rejected' && outcome.reason).toBeInstanceOf(EventStoreUnavailable);
    }
    await Promise.all([sandbox.comeBack(), other.comeBack()]);
    await there.append('a-1', [event(2)], 0n);
    expect(await ids('a-1', there)).toEqual([event(1).eventId, event(2).eventId]);
  });

  it('does not end the process through a call on a connection that was just given up', async () => {
    const connection = new EsdbConnection(readEsdbAddress(sandbox.url), { deadlineMs: 400 });
    open.unshift(() => connection.close());
    const { callOptions, client } = connection;
    const append = () => client.appendToStream('a-1', jsonEvent({ type: 'T', data: {} }), callOptions);
    await append();
    const inside = client as unknown as {
      getGRPCClient(of: unknown, name: string): Promise<unknown>;
      handleError(failed: unknown, error: Error): Promise<void>;
    };
    const failed = await inside.getGRPCClient(streams.StreamsClient, '');
    const meanwhile = append().catch(failureOf);
    await inside.handleError(failed, Object.assign(new Error(''), { ...errors.unavailable, metadata: new Metadata() }));
    // Without the workaround it never settles, and an unhandled rejection has the reason.
    const outcome = await connection.within(meanwhile);
    if (outcome instanceof EsdbFailure) expect(outcome.word).toBe('unavailable');
    await append();
  });

  it('that fails briefly under load gets each event once', async () => {
    const patient = storeAt(sandbox.url, 5_000);
    const appends = Promise.all(
      Array.from({ length: 150 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 3));
        await patient.append(`a-${index}`, [event(`${index}-0`), event(`${index}-1`)], 'no-stream');
      }),
    );
    for (let cut = 0; cut < 12; cut++) {
      sandbox.cutConnections();
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    await appends;
    for (let index = 0; index < 150; index++) expect(sandbox.log.stream(`a-${index}`).length).toBe(2);
  });
});

describe('TLS and users', () => {
  const password = 'geheim und-lang/und:mit@zeichen';
  let directory: string;
  let urlOf: (user: string, secret: string, trusted?: boolean) => string;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'dittoo-esdb-'));
    open.push(async () => rmSync(directory, { recursive: true }));
    const certificate = selfSignedCertificate();
    writeFileSync(join(directory, 'ca.crt'), certificate.cert);
    writeFileSync(join(directory, 'other.crt'), selfSignedCertificate().cert);
    const secured = await anotherSandbox({ certificate, users: { shop: password } });
    urlOf = (user, secret, trusted = true) =>
      `esdb://${user}:${encodeURIComponent(secret)}@127.0.0.1:${secured.port}?tls=true&tlsCAFile=${directory}/${trusted ? 'ca' : 'other'}.crt`;
  });

  it('work with a CA file and a password from the connection string', async () => {
    const there = storeAt(urlOf('shop', password), 5_000);
    await there.ready();
    await there.append('a-1', [event(1)], 'no-stream');
    expect(await ids('a-1', there)).toEqual([event(1).eventId]);
    for await (const page of there.subscribeToAll({ after: null, signal: new AbortController().signal })) {
      if (page.events.length > 0) break;
    }
  });

  it('refuse a wrong password and an untrusted certificate, and report which, without a secret', async () => {
    const wrong = storeAt(urlOf('shop', 'geheim und falsch'), 5_000);
    const untrusting = storeAt(urlOf('shop', password, false), 500);
    const failures: unknown[] = [];
    for (const [there, reason] of [
      [wrong, 'refuses the user and password'],
      [untrusting, 'certificate is not trusted'],
    ] as const) {
      await expect(there.ready()).rejects.toThrow(reason);
      for (const attempt of [
        () => there.ready(),
        () => there.append('a-1', [event(1)], 'no-stream'),
        () => ids('a-1', there),
      ]) {
        await attempt().catch((error: unknown) => failures.push(error));
      }
    }
    expect(failures.length).toBe(6);
    expect(failures.filter((error) => error instanceof EventStoreUnavailable).length).toBe(4);
    for (const error of failures) {
      const texts = [error, (error as Error).cause, ((error as Error).cause as Error | undefined)?.cause]
        .map((one) => `${String(one)} ${JSON.stringify(one, Object.getOwnPropertyNames(one ?? {}))}`)
        .join('\n');
      expect(texts).not.toMatch(/geheim|Basic/);
      expect(texts).not.toContain(Buffer.from(`shop:${password}`).toString('base64').slice(0, 12));
    }
  });
});
