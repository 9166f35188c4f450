import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { handlingOf, InboxFixture, step, type Source } from './inbox-fixture.contract.js';
import { inboxContract } from './inbox.contract.js';
import { reactorsContract } from './reactors.contract.js';

const never = new AbortController().signal;

const ofLog: Source = {
  name: 'stretches of the log',
  again: 'elsewhere',
  begin: () => Promise.resolve(),
  stretch: (events) => {
    const [first, last] = [events[0]!, events.at(-1)!];
    const after = first.position === 0n ? null : first.position - step;
    return { source: 'log', after, events, checkpoint: last.position };
  },
  standing: (inbox, group) => inbox.checkpoint(group),
};

const ofPartition: Source = {
  name: 'stretches of a partition',
  again: 'done',
  begin: async (inbox, group, handling) => {
    await inbox.catchUp(group, ['order'], handling, never);
  },
  stretch: (events) => {
    const placed = events.map((event) => ({ offset: event.position / step, event }));
    const [first, last] = [placed[0]!, placed.at(-1)!];
    return {
      source: 'partition',
      topic: 'order',
      partition: 0,
      from: first.offset,
      events: placed,
      nextOffset: last.offset + 1n,
    };
  },
  standing: async (inbox, group) => {
    const next = await inbox.nextOffset(group, 'order', 0);
    return next === null || next === 0n ? null : (next - 1n) * step;
  },
};

for (const source of [ofLog, ofPartition]) {
  inboxContract(source);
  reactorsContract(source);
}

describe('what a transport should have delivered', () => {
  const on = new InboxFixture(ofPartition);
  beforeAll(() => on.open());
  afterAll(() => on.close());
  beforeEach(() => on.renew());
  const heal = (recordedBefore: string) =>
    on.inbox.catchUp(on.group, ['order'], handlingOf(on.write), never, recordedBefore);
  const end = '9999-12-31T00:00:00.000Z';

  it('is read from the log, each event once and said by stream; what came meanwhile is neither', async () => {
    const [first, , third] = await on.log('order-1', 'order-2', 'order-1');
    await on.deliver([first!]);
    expect(await heal(end)).toBe('done');
    expect(await on.seen()).toEqual([0n, 7n, 14n]);
    expect(on.alerts.sort()).toEqual(['healed order-1 1', 'healed order-2 1']);
    await on.deliver([third!]);
    expect(await heal(end)).toBe('done');
    expect(await on.seen()).toEqual([0n, 7n, 14n]);
    expect(on.alerts).toHaveLength(2);
  });

  it('leaves out what is younger than the limit', async () => {
    const [first] = await on.log('order-1');
    expect(await heal(first!.metadata.recordedAt)).toBe('done');
    expect(await on.seen()).toEqual([]);
    await on.deliver([first!]);
    expect(await on.seen()).toEqual([0n]);
  });
});
