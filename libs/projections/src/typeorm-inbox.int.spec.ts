import { step, type Source } from './inbox-fixture.contract.js';
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
