/* Promised: nothing between two reads is skipped, every waiting group is woken, and waiting leaks nothing. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { newId, type LogPage, type NewEvent, type ReadAllOptions, type RecordedEvent } from '@dittoo/kernel';
import { MemoryEventStore } from '@dittoo/testing';
import { InProcessTransport } from './in-process-transport.js';

/** A log that counts its reads. */
class CountedStore extends MemoryEventStore {
  reads = 0;
  override readAll(options: ReadAllOptions): Promise<LogPage> {
    this.reads += 1;
    return super.readAll(options);
  }
}

let store: CountedStore;
beforeEach(() => {
  store = new CountedStore();
});

const note = (): NewEvent => ({ eventId: newId(), type: 'Noted', data: {}, metadata: {} }) as unknown as NewEvent;
const appended = async (count: number) => {
  const before = (await store.readAll({ after: null, limit: 1e6 })).checkpoint;
  for (let index = 0; index < count; index++) await store.append(`order-${newId()}`, [note()], 'no-stream');
  const { events } = await store.readAll({ after: before, limit: 1e6 });
  store.reads = 0;
  return events;
};
const walk = async (transport: InProcessTransport, after: bigint | null): Promise<bigint[]> => {
  const positions: bigint[] = [];
  for (;;) {
    const page = await transport.read(after, 3);
    if (page.events.length === 0) return positions;
    positions.push(...page.events.map(({ position }) => position));
    after = page.checkpoint;
  }
};
/** Dense positions: the page follows the position before its first event. */
const pageOf = (events: readonly RecordedEvent[]): LogPage => {
  const before = events[0]!.position - 1n;
  return { after: before < 0n ? null : before, events, checkpoint: events.at(-1)!.position };
};
const upTo = (count: number): bigint[] => Array.from({ length: count }, (_, index) => BigInt(index));

describe('reading', () => {
  it('returns every event, from memory or from the log, once and in order', async () => {
    const events = await appended(20);
    const transport = new InProcessTransport(store, 8);
    for (const event of events) await transport.publish(pageOf([event]));
    expect(await walk(transport, null)).toEqual(upTo(20));
    expect(await walk(transport, 18n)).toEqual([19n]);
    expect(await walk(transport, 19n)).toEqual([]);
  });

  it('costs a group that keeps up no read of the log', async () => {
    const transport = new InProcessTransport(store);
    transport.began(null);
    await transport.publish(pageOf(await appended(10)));
    expect(await walk(transport, 4n)).toEqual([5n, 6n, 7n, 8n, 9n]);
    expect(store.reads).toBe(0);
  });

  it('drops pages that a relay publishes again', async () => {
    const events = await appended(4);
    const transport = new InProcessTransport(store);
    await transport.publish(pageOf(events));
    await transport.publish(pageOf(events.slice(1)));
    expect(await walk(transport, 0n)).toEqual([1n, 2n, 3n]);
  });
});

describe('a hole', () => {
  it('between two pages is read from the log, not skipped', async () => {
    const events = await appended(9);
    const transport = new InProcessTransport(store);
    transport.began(null);
    await transport.publish(pageOf(events.slice(0, 3)));
    const { era } = transport;
    await transport.publish(pageOf(events.slice(6)));
    expect(transport.era).not.toBe(era);
    expect(await walk(transport, null)).toEqual(upTo(9));
    expect(await walk(transport, 2n)).toEqual([3n, 4n, 5n, 6n, 7n, 8n]);
  });

  it('is not assumed where a page’s checkpoint is beyond its last event: nobody handles the events between', async () => {
    await appended(6);
    const transport = new InProcessTransport(store);
    transport.began(null);
    await transport.publish({ after: null, events: [], checkpoint: 3n });
    expect(await transport.read(1n, 3)).toEqual({ after: 1n, events: [], checkpoint: 3n });
  });

  it('after this process stopped relaying is read from the log', async () => {
    const events = await appended(6);
    const transport = new InProcessTransport(store);
    transport.began(null);
    await transport.publish(pageOf(events.slice(0, 3)));
    expect(await walk(transport, 2n)).toEqual([]); // this process relays: the rest will be published
    transport.ended();
    expect(await walk(transport, 2n)).toEqual([3n, 4n, 5n]);
    transport.began(5n); // this process has the lease again, after another one relayed
    expect(await walk(transport, 2n)).toEqual([3n, 4n, 5n]);
  });
});

describe('waiting', () => {
  const never = new AbortController().signal;

  it('ends when a page is published, and at once when one was published before', async () => {
    const transport = new InProcessTransport(store);
    const { state } = transport;
    const woken = Promise.all([transport.moved(state, 60_000, never), transport.moved(state, 60_000, never)]);
    await transport.publish(pageOf(await appended(1)));
    await woken;
    await transport.moved(state, 60_000, never);
  });

  it('ends when it is aborted, beforehand or meanwhile', async () => {
    const transport = new InProcessTransport(store);
    const abort = new AbortController();
    const waiting = transport.moved(transport.state, 60_000, abort.signal);
    abort.abort();
    await waiting;
    await transport.moved(transport.state, 60_000, abort.signal);
  });

  describe('leaks nothing:', () => {
    beforeEach(() => {
      jest.useFakeTimers();
    });
    afterEach(() => {
      jest.useRealTimers();
    });

    it('no timer and no listener, however it ended', async () => {
      const transport = new InProcessTransport(store);
      const { signal } = new AbortController();
      let listeners = 0;
      const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
      signal.addEventListener = ((...args: Parameters<typeof add>) => (listeners++, add(...args))) as typeof add;
      signal.removeEventListener = ((...args: Parameters<typeof remove>) => (
        listeners--,
        remove(...args)
      )) as typeof remove;
      for (let round = 0; round < 50; round++) {
        const waiting = transport.moved(transport.state, 1_000, signal);
        expect([jest.getTimerCount(), listeners]).toEqual([1, 1]);
        if (round % 2 === 0) await transport.publish({ after: null, events: [], checkpoint: null });
        else jest.advanceTimersByTime(1_000);
        await waiting;
        expect([jest.getTimerCount(), listeners]).toEqual([0, 0]);
      }
    });
  });
});
