/* eslint max-lines: off -- the contract of the port is one suite, run on every adapter */
/*
 * The port's contract, run on every adapter. It assumes of positions only that they grow.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  derivedId,
  DomainError,
  type EventStore,
  type JsonObject,
  largestEventBytes,
  leafOf,
  type LogPage,
  type NewEvent,
  type ReadStreamOptions,
  type RecordedEvent,
  RevisionConflict,
  streamName,
} from '@dittoo/kernel';

export interface StoreUnderTest {
  readonly store: EventStore;
  close(): Promise<void>;
}

const recordedAt = '2026-03-14T15:09:26.535Z';

/** An event with a fixed id: the same arguments give the same event. */
export const exampleEvent = (id: string, data: JsonObject = { said: id }): NewEvent => ({
  eventId: derivedId('event', id),
  type: 'ThingSaid',
  data,
  metadata: {
    dataSubjectId: derivedId('subject'),
    actor: { kind: 'dataSubject', id: derivedId('subject') },
    purpose: 'speaking',
    legalBasis: 'contract',
    noticeVersion: null,
    correlationId: derivedId('correlation', id),
    causationId: derivedId('causation', id),
    traceparent: null,
    schemaVersion: 1,
    recordedAt,
  },
});

const exampleStream = (id: string, category = 'thing'): string => streamName(category, derivedId('stream', id));

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** An event whose data and metadata are `bytes` bytes of JSON, mostly repetitions of `letter`. */
const eventOfBytes = (id: string, bytes: number, letter: string): NewEvent => {
  const bare = exampleEvent(id, { text: '' });
  const room = bytes - jsonBytes(bare.data) - jsonBytes(bare.metadata);
  const width = Buffer.byteLength(letter);
  return exampleEvent(id, { text: letter.repeat(Math.floor(room / width)) + 'x'.repeat(room % width) });
};

export const collect = async <T>(iterable: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
};

/**
 * @param knows whether the store detects a reused id in the whole log, or only where a repeat of the append would be
 */
export const eventStoreContract = (
  name: string,
  open: () => Promise<StoreUnderTest>,
  { knows = 'every id' }: { readonly knows?: 'every id' | 'repeats' } = {},
): void => {
  describe(`${name} keeps the event store contract`, () => {
    let under: StoreUnderTest;
    let store: EventStore;

    beforeAll(async () => {
      under = await open();
      store = under.store;
    });
    afterAll(() => under.close());

    const read = (stream: string, options?: ReadStreamOptions): Promise<RecordedEvent[]> =>
      collect(store.readStream(stream, options));

    /** Pages from `after` until `event` has been seen. */
    const follow = async (
      until: NewEvent,
      after: bigint | null = null,
      categories?: readonly string[],
      limit?: number,
    ): Promise<{ events: RecordedEvent[]; checkpoint: bigint | null }> => {
      const abort = new AbortController();
      const events: RecordedEvent[] = [];
      let checkpoint = after;
      const options = { after, signal: abort.signal, ...(categories && { categories }), ...(limit && { limit }) };
      for await (const page of store.subscribeToAll(options)) {
        expect(page.after).toBe(checkpoint); // each page follows the previous one
        events.push(...page.events);
        checkpoint = page.checkpoint;
        if (page.events.some(({ eventId }) => eventId === until.eventId)) abort.abort();
      }
      return { events, checkpoint };
    };

    describe('append', () => {
      it.each([
        ['no-stream', 0, null],
        [0n, 0, 'conflict'],
        [2n ** 60n, 0, 'conflict'],
        ['no-stream', 3, 'conflict'],
        [0n, 3, 'conflict'],
        [1n, 3, 'conflict'],
        [2n, 3, null],
        [3n, 3, 'conflict'],
        [2n ** 60n, 3, 'conflict'],
      ] as const)('at %s on a stream of %i events: %s', async (expected, length, outcome) => {
        const id = `matrix-${expected}-${length}`;
        const stream = exampleStream(id);
        const history = Array.from({ length }, (_, index) => exampleEvent(`${id}-${index}`));
        if (length > 0) await store.append(stream, history, 'no-stream');
        for (const count of [2, 1]) {
          const events = Array.from({ length: count }, (_, index) => exampleEvent(`${id}-new-${count}-${index}`));
          const attempt = store.append(stream, events, expected);
          if (outcome === null) {
            expect(await attempt).toEqual({ revision: BigInt(length - 1 + count) });
            break;
          }
          await expect(attempt).rejects.toBeInstanceOf(RevisionConflict);
          await expect(attempt).rejects.toMatchObject({
            stream,
            expectedRevision: expected,
            actualRevision: length === 0 ? null : BigInt(length - 1),
          });
          expect((await read(stream)).length).toBe(length);
        }
      });

      it('gives a repeat the first result, also after later appends to the stream', async () => {
        const stream = exampleStream('repeat');
        const first = [exampleEvent('repeat-0'), exampleEvent('repeat-1')];
        const second = [exampleEvent('repeat-2')];
        await store.append(stream, first, 'no-stream');
        expect(await store.append(stream, first, 'no-stream')).toEqual({ revision: 1n });
        expect(await store.append(stream, second, 1n)).toEqual({ revision: 2n });
        expect(await store.append(stream, second, 1n)).toEqual({ revision: 2n });
        expect(await store.append(stream, first, 'no-stream')).toEqual({ revision: 1n });
        expect((await read(stream)).map(({ eventId }) => eventId)).toEqual(
          [...first, ...second].map(({ eventId }) => eventId),
        );
      });

      it('treats a partial repeat as a conflict', async () => {
        const stream = exampleStream('half');
        const [a, b, c] = [exampleEvent('half-0'), exampleEvent('half-1'), exampleEvent('half-2')];
        await store.append(stream, [a, b], 'no-stream');
        await expect(store.append(stream, [a, c], 'no-stream')).rejects.toBeInstanceOf(RevisionConflict);
        await expect(store.append(stream, [b, a], 'no-stream')).rejects.toBeInstanceOf(RevisionConflict);
        await expect(store.append(stream, [a, b, c], 'no-stream')).rejects.toBeInstanceOf(RevisionConflict);
        await expect(store.append(stream, [b, c], 0n)).rejects.toBeInstanceOf(RevisionConflict);
        expect((await read(stream)).length).toBe(2);
      });

      if (knows === 'every id')
        it('refuses an event id that is already used elsewhere', async () => {
          const stream = exampleStream('twice');
          const [a, b, c] = [exampleEvent('twice-0'), exampleEvent('twice-1'), exampleEvent('twice-2')];
          await store.append(stream, [a, b], 'no-stream');
          await expect(store.append(stream, [b, c], 1n)).rejects.toBeInstanceOf(RevisionConflict);
          await expect(store.append(stream, [b], 1n)).rejects.toBeInstanceOf(RevisionConflict);
          expect((await read(stream)).length).toBe(2);
          const event = exampleEvent('elsewhere');
          await store.append(exampleStream('elsewhere-1'), [event], 'no-stream');
          const attempt = store.append(
            exampleStream('elsewhere-2'),
            [exampleEvent('elsewhere-new'), event],
            'no-stream',
          );
          await expect(attempt).rejects.toThrow('never used twice');
          await expect(attempt).rejects.not.toBeInstanceOf(RevisionConflict);
          expect(await read(exampleStream('elsewhere-2'))).toEqual([]);
        });

      it('lets one of several concurrent writers win', async () => {
        const stream = exampleStream('race');
        const outcomes = await Promise.allSettled(
          Array.from({ length: 12 }, (_, index) =>
            store.append(stream, [exampleEvent(`race-${index}`), exampleEvent(`race-${index}-more`)], 'no-stream'),
          ),
        );
        expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RevisionConflict);
        }
        expect((await read(stream)).length).toBe(2);
      });

      it('keeps concurrent appends independent: failing ones do not affect the others', async () => {
        const ids = Array.from({ length: 60 }, (_, index) => index);
        await store.append(exampleStream('apart-7'), [exampleEvent('apart-7-before')], 'no-stream');
        const outcomes = await Promise.allSettled(
          ids.map((id) =>
            store.append(
              exampleStream(`apart-${id}`),
              [exampleEvent(`apart-${id}`, id === 11 ? { bad: 'a\u0000b' } : { id }), exampleEvent(`apart-${id}-more`)],
              id === 13 ? 4n : 'no-stream',
            ),
          ),
        );
        expect(ids.filter((id) => outcomes[id]?.status === 'rejected')).toEqual([7, 11, 13]);
        const lengths = await Promise.all(ids.map(async (id) => (await read(exampleStream(`apart-${id}`))).length));
        expect(ids.filter((id) => lengths[id] !== 2)).toEqual([7, 11, 13]);
      });

      it('refuses arguments that no store supports', async () => {
        const stream = exampleStream('bugs');
        await expect(store.append(stream, [], 'no-stream')).rejects.toBeInstanceOf(TypeError);
        await expect(store.append(stream, [exampleEvent('bugs')], -1n)).rejects.toBeInstanceOf(TypeError);
        await expect(
          store.append(stream, [exampleEvent('bugs'), exampleEvent('bugs')], 'no-stream'),
        ).rejects.toBeInstanceOf(TypeError);
      });
    });

    describe('stored events', () => {
      it.each([
        ['64 KiB', { text: 'x'.repeat(64 * 1024) }],
        ['unicode', { 'ключ\ud83d\ude00': 'Åsa Öberg 日本 \ud83d\udc69\u200d\ud83d\udc67 \u202e \u001f \\u0000 \\' }],
        ['apostrophes and quotes', { "O'Brien": `'; DROP TABLE es_event; -- "{}", \\` }],
        ['numbers', { zero: -0, small: 5e-324, large: 1.7976931348623157e308, exact: 9007199254740991, price: 0.1 }],
        ['nesting', { a: [[], {}, [null, true, { b: [1, 'two', [3]] }]], '': '' }],
      ] as const)('%s', async (label, data) => {
        const stream = exampleStream(`kept-${label}`);
        const event = { ...exampleEvent(`kept-${label}`, data as unknown as JsonObject), type: "O'Said" };
        await store.append(stream, [event], 'no-stream');
        const [recorded] = await read(stream);
        expect(recorded).toMatchObject({ eventId: event.eventId, type: event.type, stream, revision: 0n });
        expect(recorded?.metadata).toEqual(event.metadata);
        expect(JSON.parse(JSON.stringify(recorded?.data))).toEqual(JSON.parse(JSON.stringify(data)));
      });

      it.each(['x', 'å', '日'])('hold up to the largest size in bytes of %s, and not one byte more', async (letter) => {
        const stream = exampleStream(`largest-${letter}`);
        const largest = eventOfBytes(`largest-${letter}`, largestEventBytes, letter);
        await store.append(stream, [largest], 'no-stream');
        expect((await read(stream)).map(({ data }) => data)).toEqual([largest.data]);

        const small = exampleEvent(`largest-${letter}-small`);
        const larger = eventOfBytes(`larger-${letter}`, largestEventBytes + 1, letter);
        const attempt = store.append(stream, [small, larger], 0n);
        await expect(attempt).rejects.toBeInstanceOf(DomainError);
        await expect(attempt).rejects.toMatchObject({ code: 'payload-too-large' });
        expect((await read(stream)).length).toBe(1);
      });

      it('count metadata too', async () => {
        const stream = exampleStream('large-metadata');
        const event = exampleEvent('large-metadata', { text: 'x'.repeat(largestEventBytes / 2) });
        const metadata = { ...event.metadata, purpose: 'x'.repeat(largestEventBytes / 2) };
        await expect(store.append(stream, [{ ...event, metadata }], 'no-stream')).rejects.toMatchObject({
          code: 'payload-too-large',
        });
        expect(await read(stream)).toEqual([]);
      });

      it('are returned as the leaf was computed from them', async () => {
        const stream = exampleStream('leaf');
        const data = {
          ...{ z: 1e21, a: [1e-7, -0, 0.1, 'å\u2028\ud83d\ude00'], 10: 'ten', 9: 'nine', É: { b: null, a: [] } },
          ['__proto__']: { enc: 1, kid: 'a/b/1', iv: 'AA==', ct: 'c3Ry', tag: 'dGFn', kc: 'a2M=' },
        };
        const event = exampleEvent('leaf', JSON.parse(JSON.stringify(data)) as JsonObject);
        await store.append(stream, [event], 'no-stream');
        const [recorded] = await read(stream);
        expect(leafOf(stream, 0n, recorded as RecordedEvent)).toBe(leafOf(stream, 0n, event));
      });

      it('are copies: later changes by the caller do not affect them', async () => {
        const stream = exampleStream('copy');
        const data = { said: 'before' };
        const appended = store.append(stream, [exampleEvent('copy', data)], 'no-stream');
        data.said = 'after';
        await appended;
        expect((await read(stream))[0]?.data).toEqual({ said: 'before' });
      });

      it.each([
        ['NUL in data', exampleEvent('nul-1', { text: 'a\u0000b' })],
        ['NUL behind a backslash', exampleEvent('nul-2', { text: 'a\\\u0000b' })],
        ['NUL in a name', exampleEvent('nul-3', { 'a\u0000b': 1 })],
        ['half a surrogate pair', exampleEvent('nul-4', { text: '\ud83d' })],
        [
          'NUL in metadata',
          { ...exampleEvent('nul-5'), metadata: { ...exampleEvent('nul-5').metadata, purpose: '\u0000' } },
        ],
        ['NUL in the type', { ...exampleEvent('nul-6'), type: 'a\u0000' }],
      ])('refuses %s with a code', async (label, event) => {
        const stream = exampleStream(label);
        const attempt = store.append(stream, [exampleEvent(`${label}-good`), event], 'no-stream');
        await expect(attempt).rejects.toBeInstanceOf(DomainError);
        await expect(attempt).rejects.toMatchObject({ code: 'invalid-characters' });
        expect(await read(stream)).toEqual([]);
      });
    });

    describe('readStream', () => {
      const stream = exampleStream('paged');
      const length = 2_345;
      const revisions = async (options: ReadStreamOptions): Promise<bigint[]> =>
        (await read(stream, options)).map(({ revision }) => revision);
      const range = (from: number, to: number): bigint[] =>
        Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => BigInt(from < to ? from + index : from - index));

      beforeAll(async () => {
        const events = Array.from({ length }, (_, index) => exampleEvent(`paged-${index}`));
        await store.append(stream, events.slice(0, 1_500), 'no-stream');
        await store.append(stream, events.slice(1_500), 1_499n);
      });

      it('returns an unknown stream as empty, both ways', async () => {
        expect(await read(exampleStream('unknown'))).toEqual([]);
        expect(await read(exampleStream('unknown'), { direction: 'backwards' })).toEqual([]);
      });

      it('goes forwards and backwards over several pages', async () => {
        expect(await revisions({})).toEqual(range(0, length - 1));
        expect(await revisions({ direction: 'backwards' })).toEqual(range(length - 1, 0));
      });

      it.each([
        [{ fromRevision: 2_000n }, range(2_000, length - 1)],
        [{ fromRevision: 2n ** 60n }, []],
        [{ limit: 3 }, range(0, 2)],
        [{ limit: 0 }, []],
        [{ limit: 1_001 }, range(0, 1_000)],
        [{ fromRevision: 7n, limit: 2 }, range(7, 8)],
        [{ direction: 'backwards', limit: 1 }, [BigInt(length - 1)]],
        [{ direction: 'backwards', fromRevision: 1_000n }, range(1_000, 0)],
        [{ direction: 'backwards', fromRevision: 2n ** 60n, limit: 2 }, range(length - 1, length - 2)],
      ] as [ReadStreamOptions, bigint[]][])('%p', async (options, expected) => {
        expect(await revisions(options)).toEqual(expected);
      });

      it('answers each of many concurrent reads as if it were alone', async () => {
        const streams = Array.from({ length: 250 }, (_, index) => ({
          stream: exampleStream(`together-${index}`),
          count: index % 7 === 0 ? 0 : index % 50 === 1 ? 230 : (index % 5) + 1,
        }));
        for (const { count, stream: own } of streams) {
          const events = Array.from({ length: count }, (_, index) => exampleEvent(`${own}-${index}`));
          if (count > 0) await store.append(own, events, 'no-stream');
        }
        const choices: ReadStreamOptions[] = [{}, {}, { fromRevision: 2n }, { limit: 2 }, { direction: 'backwards' }, { limit: 150 }]; // prettier-ignore
        const together = await Promise.all(
          streams.map(({ stream: own }, index) => read(own, choices[index % choices.length])),
        );
        for (const [index, { count, stream: own }] of streams.entries()) {
          const { direction, fromRevision = 0n, limit = count } = choices[index % choices.length]!;
          const forwards = count === 0 ? [] : range(0, count - 1).slice(Number(fromRevision));
          const expected = (direction === 'backwards' ? forwards.reverse() : forwards).slice(0, limit);
          expect(together[index]!.map(({ revision }) => revision)).toEqual(expected);
          expect(together[index]!.map(({ eventId }) => eventId)).toEqual(
            expected.map((revision) => exampleEvent(`${own}-${revision}`).eventId),
          );
        }
      });

      it('may be ended early', async () => {
        for await (const event of store.readStream(stream)) {
          expect(event.revision).toBe(0n);
          break;
        }
      });

      it('shows one stream only, and an append immediately', async () => {
        const other = exampleStream('own');
        await store.append(other, [exampleEvent('own-0')], 'no-stream');
        expect((await read(other)).map(({ eventId }) => eventId)).toEqual([exampleEvent('own-0').eventId]);
      });
    });

    describe('readAll', () => {
      const last = exampleEvent('all-last');

      beforeAll(async () => {
        for (let index = 0; index < 30; index++) {
          const stream = exampleStream(`all-${index}`, index % 3 === 0 ? 'apple' : index % 3 === 1 ? 'pear' : 'plum');
          await store.append(stream, [exampleEvent(`all-${index}-0`), exampleEvent(`all-${index}-1`)], 'no-stream');
        }
        await store.append(exampleStream('all-last', 'plum'), [last], 'no-stream');
        await follow(last);
      });

      const pages = async (limit: number, categories?: readonly string[]): Promise<LogPage[]> => {
        const collected: LogPage[] = [];
        for (let after: bigint | null = null; ;) {
          const page = await store.readAll({ after, limit, ...(categories && { categories }) });
          if (page.checkpoint === after) return collected;
          after = page.checkpoint;
          collected.push(page);
        }
      };

      it('goes through the whole log once, in growing positions, streams in order', async () => {
        const whole = (await pages(10_000)).flatMap(({ events }) => events);
        const small = (await pages(70)).flatMap(({ events }) => events);
        expect(small.map(({ eventId }) => eventId)).toEqual(whole.map(({ eventId }) => eventId));
        expect(new Set(whole.map(({ eventId }) => eventId)).size).toBe(whole.length);
        const next = new Map<string, bigint>();
        let position = -1n;
        for (const event of whole) {
          expect(event.position > position).toBe(true);
          expect(event.revision).toBe(next.get(event.stream) ?? 0n);
          next.set(event.stream, event.revision + 1n);
          position = event.position;
        }
      });

      it('has dense positions exactly if it says so', async () => {
        const positions = (await pages(10_000)).flatMap(({ events }) => events).map(({ position }) => position);
        const counted = positions.every((position, index) => position === BigInt(index));
        expect(store.densePositions).toBe(counted);
      });

      it('has an empty page only at the end', async () => {
        const whole = (await pages(10_000)).flatMap(({ events }) => events);
        const rest = whole.slice(-50);
        let after = whole.at(-51)?.position ?? null;
        for (const expected of rest) {
          const page = await store.readAll({ after, limit: 1 });
          expect(page.events).toEqual([expected]);
          after = page.checkpoint;
        }
        expect((await store.readAll({ after, limit: 1 })).events).toEqual([]);
      });

      it('filters by category and moves the checkpoint past skipped events', async () => {
        const filtered = await pages(13, ['apple', 'plum']);
        expect(filtered.flatMap(({ events }) => events).length).toBe(41);
        const [whole] = (await pages(10_000)).slice(-1);
        expect(filtered.at(-1)?.checkpoint).toBe(whole?.checkpoint);
        expect((await pages(10_000, ['nobody'])).flatMap(({ events }) => events)).toEqual([]);
        expect((await pages(10_000, ['nobody'])).at(-1)?.checkpoint).toBe(whole?.checkpoint);
      });

      it('resumes after a checkpoint, and stays there at the end', async () => {
        const first = await store.readAll({ after: null, limit: 10 });
        const rest = await store.readAll({ after: first.checkpoint, limit: 10_000 });
        const whole = await store.readAll({ after: null, limit: 10_000 });
        expect([...first.events, ...rest.events].length).toBe(whole.events.length);
        const end = await store.readAll({ after: whole.checkpoint });
        expect(end).toEqual({ after: whole.checkpoint, events: [], checkpoint: whole.checkpoint });
      });

      it('shows every acknowledged event to a reader that waited for the log to settle', async () => {
        for (const round of ['one', 'two', 'three']) {
          const stream = exampleStream(`settled-${round}`);
          await store.append(stream, [exampleEvent(`settled-${round}`)], 'no-stream');
          await store.settled();
          const events = (await pages(10_000)).flatMap((page) => page.events);
          expect(events.map((event) => event.stream)).toContain(stream);
        }
      });

      it('shows the same event as the stream does', async () => {
        const { events } = await follow(last);
        const inLog = events.find(({ eventId }) => eventId === last.eventId);
        expect(await read(exampleStream('all-last', 'plum'))).toEqual([inLog]);
      });
    });

    describe('subscribeToAll', () => {
      it('catches up, waits for new events, ends by its signal, and resumes from its checkpoint', async () => {
        const stream = exampleStream('followed', 'followed');
        const events = Array.from({ length: 40 }, (_, index) => exampleEvent(`followed-${index}`));
        const at = (index: number): NewEvent => events[index] as NewEvent;
        await store.append(stream, events.slice(0, 10), 'no-stream');

        const first = follow(at(24), null, ['followed'], 7);
        for (let index = 10; index < 25; index++) await store.append(stream, [at(index)], BigInt(index - 1));
        const seen = await first;
        expect(seen.events.map(({ eventId }) => eventId)).toEqual(events.slice(0, 25).map(({ eventId }) => eventId));

        const second = follow(at(39), seen.checkpoint, ['followed']);
        await store.append(stream, events.slice(25), 24n);
        expect((await second).events.map(({ eventId }) => eventId)).toEqual(
          events.slice(25).map(({ eventId }) => eventId),
        );
      });

      it('feeds several at once', async () => {
        const event = exampleEvent('several');
        const followers = [follow(event), follow(event), follow(event, null, ['several'])];
        await store.append(exampleStream('several', 'several'), [event], 'no-stream');
        const [one, two, three] = await Promise.all(followers);
        expect(one?.events.map(({ position }) => position)).toEqual(two?.events.map(({ position }) => position));
        expect(three?.events.length).toBe(1);
      });

      it('ends at once when aborted while it waits, and when left', async () => {
        const abort = new AbortController();
        const { checkpoint } = await store.readAll({ after: null, limit: 100_000 });
        const idle = collect(store.subscribeToAll({ after: checkpoint, signal: abort.signal, categories: ['nobody'] }));
        setTimeout(() => abort.abort(), 20);
        for (const page of await idle) expect(page.events).toEqual([]);
        expect(await collect(store.subscribeToAll({ after: null, signal: abort.signal }))).toEqual([]);
        for await (const page of store.subscribeToAll({ after: null, signal: new AbortController().signal })) {
          expect(page.events.length).toBeGreaterThan(0);
          break;
        }
      });
    });
  });
};
