/* Promised: nothing between two reads is skipped, who waits is woken, and waiting leaves nothing behind. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { newId, type LogPage, type NewEvent, type ReadAllOptions } from '@dittoo/kernel';
import { MemoryEventStore } from '@dittoo/testing';
import { InProcessRoad } from './in-process-road.js';

/** The log, counting how often it is read. */
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
const walk = async (road: InProcessRoad, after: bigint | null): Promise<bigint[]> => {
  const positions: bigint[] = [];
  for (;;) {
    const page = await road.read(after, 3);
    if (page.events.length === 0) return positions;
    positions.push(...page.events.map(({ position }) => position));
    after = page.checkpoint;
  }
};
const upTo = (count: number): bigint[] => Array.from({ length: count }, (_, index) => BigInt(index));

describe('reading', () => {
  it('finds everything, on the road or behind it, once and in order', async () => {
    const events = await appended(20);
    const road = new InProcessRoad(store, 8);
    for (const event of events) await road.publish([event]);
    expect(await walk(road, null)).toEqual(upTo(20));
    expect(await walk(road, 18n)).toEqual([19n]);
    expect(await walk(road, 19n)).toEqual([]);
  });

  it('costs no read of the log for who keeps up', async () => {
    const road = new InProcessRoad(store);
    await road.publish(await appended(10));
    expect(await walk(road, 4n)).toEqual([5n, 6n, 7n, 8n, 9n]);
    expect(store.reads).toBe(0);
  });

  it('drops what a relay puts on it a second time', async () => {
    const events = await appended(4);
    const road = new InProcessRoad(store);
    await road.publish(events);
    await road.publish(events.slice(1));
    expect(await walk(road, 0n)).toEqual([1n, 2n, 3n]);
  });
});

describe('waiting', () => {
  const never = new AbortController().signal;

  it('ends when something comes, and at once when it came before', async () => {
    const road = new InProcessRoad(store);
    const { state } = road;
    const woken = Promise.all([road.moved(state, 60_000, never), road.moved(state, 60_000, never)]);
    await road.publish(await appended(1));
    await woken;
    await road.moved(state, 60_000, never);
  });

  it('ends when it is aborted, before or meanwhile', async () => {
    const road = new InProcessRoad(store);
    const abort = new AbortController();
    const waiting = road.moved(road.state, 60_000, abort.signal);
    abort.abort();
    await waiting;
    await road.moved(road.state, 60_000, abort.signal);
  });

  describe('leaves nothing behind', () => {
    beforeEach(() => {
      jest.useFakeTimers();
    });
    afterEach(() => {
      jest.useRealTimers();
    });

    it('no timer and no listener, however it ended', async () => {
      const road = new InProcessRoad(store);
      const { signal } = new AbortController();
      let listeners = 0;
      const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
      signal.addEventListener = ((...args: Parameters<typeof add>) => (listeners++, add(...args))) as typeof add;
      signal.removeEventListener = ((...args: Parameters<typeof remove>) => (
        listeners--,
        remove(...args)
      )) as typeof remove;
      for (let round = 0; round < 50; round++) {
        const waiting = road.moved(road.state, 1_000, signal);
        expect([jest.getTimerCount(), listeners]).toEqual([1, 1]);
        if (round % 2 === 0) await road.publish([]);
        else jest.advanceTimersByTime(1_000);
        await waiting;
        expect([jest.getTimerCount(), listeners]).toEqual([0, 0]);
      }
    });
  });
});
