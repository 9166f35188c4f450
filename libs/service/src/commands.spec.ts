/*
 * Promised: the events of one cause are appended once, whenever a process dies; the loser of a race decides again. Not
 * promised: that the state does not change while a command is decided; the append detects it.
 */
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  Clock,
  derivedId,
  DomainError,
  largestEventBytes,
  newId,
  RevisionConflict,
  Sealer,
  type AppendResult,
  type Decider,
  type DomainEvent,
  type Envelope,
  type JsonValue,
  type NewEvent,
  type OpenedEvent,
  type RecordedEvent,
  type UnsealedEvent,
} from '@dittoo/kernel';
import { MemoryEventStore } from '@dittoo/testing';
import { causedBy, Commands, type CommandContext } from './commands.js';

type Counted = DomainEvent<'Counted', { readonly to: number; readonly note?: string }>;
type Count = { readonly by: number; readonly at?: string; readonly note?: string };
const most = 10;

const counter: Decider<Count, number, Counted> = {
  category: 'counter',
  initialState: 0,
  decide: ({ by, note }, count) => {
    if (count + by > most) throw new DomainError('conflict');
    return Array.from({ length: by }, (_, index) => ({
      type: 'Counted',
      data: { to: count + index + 1, ...(note === undefined ? {} : { note }) },
    }));
  },
  evolve: (_count, { data }) => data.to,
};

/** Seals nothing, so that appended events can be inspected; the real sealer has its own specs. */
class OpenSealer extends Sealer {
  override seal(events: readonly UnsealedEvent[]): Promise<NewEvent[]> {
    return Promise.resolve(
      events.map(({ eventId, event, metadata }) => ({
        eventId,
        type: event.type,
        data: event.data as NewEvent['data'],
        metadata,
      })),
    );
  }
  override open<Event extends DomainEvent>(events: readonly RecordedEvent[]): Promise<OpenedEvent<Event>[]> {
    return Promise.resolve(events.map((recorded) => ({ recorded, event: recorded as unknown as Event })));
  }
  override sealValue = (): Promise<Envelope> => Promise.reject(new Error('not here'));
  override openValue = (): Promise<JsonValue> => Promise.reject(new Error('not here'));
}

/** Hooks around the next appends. */
class EventfulStore extends MemoryEventStore {
  appends = 0;
  readonly before: (() => Promise<unknown>)[] = [];
  readonly after: (() => void)[] = [];
  override async append(...args: Parameters<MemoryEventStore['append']>): Promise<AppendResult> {
    this.appends += 1;
    await this.before.shift()?.();
    const result = await super.append(...args);
    this.after.shift()?.();
    return result;
  }
}

class StandingClock extends Clock {
  override now = (): string => '2026-11-22T10:00:00.000Z';
}

const id = '0b7d6c3e-1111-4111-8111-111111111111';
let store: EventfulStore;
let commands: Commands;
beforeEach(() => {
  store = new EventfulStore();
  commands = new Commands(store, new OpenSealer(), new StandingClock(), {
    Counted: { schemaVersion: 3, purpose: 'order', legalBasis: 'contract' },
  });
});

const context = (causationId = newId()): CommandContext => ({
  dataSubjectId: id,
  actor: { kind: 'dataSubject', id },
  correlationId: newId(),
  causationId,
  traceparent: null,
  noticeVersion: '2026-11-01',
});
const log = async (): Promise<readonly RecordedEvent[]> => (await store.readAll({ after: null })).events;
const count = (by: number, cause?: string) => commands.execute(counter, id, { by }, context(cause));
/** Once: a concurrent command counts by one before this append. */
const somebodyElse = (): void => {
  store.before.push(async () => {
    const history = (await log()).filter(({ stream }) => stream === `counter-${id}`);
    const data = { to: ((history.at(-1)?.data['to'] as number | undefined) ?? 0) + 1 };
    const event = {
      eventId: newId(),
      type: 'Counted',
      data,
      metadata: { causationId: newId() },
    } as unknown as NewEvent;
    await MemoryEventStore.prototype.append.call(
      store,
      `counter-${id}`,
      [event],
      BigInt(history.length) - 1n < 0n ? 'no-stream' : BigInt(history.length) - 1n,
    );
  });
};

describe.each(['execute', 'begin'] as const)('%s', (way) => {
  const say = (by: number, cause?: string) => commands[way](counter, id, { by }, context(cause));

  it('appends what was decided and answers with state, revision and events', async () => {
    const executed = await say(2);
    expect(executed).toMatchObject({ state: 2, revision: 1n, events: [{ data: { to: 1 } }, { data: { to: 2 } }] });
    expect((await log()).map(({ stream, data }) => [stream, data['to']])).toEqual([
      [`counter-${id}`, 1],
      [`counter-${id}`, 2],
    ]);
  });

  it('appends nothing when nothing changes', async () => {
    expect(await say(0)).toMatchObject({ state: 0, events: [] });
    expect(store.appends).toBe(0);
  });

  it('passes a refusal on, and appends nothing', async () => {
    await expect(say(11)).rejects.toThrow(new DomainError('conflict'));
    expect(await log()).toEqual([]);
  });

  it('passes on the store’s refusal of an event that is too large, and appends none of the others', async () => {
    const note = 'x'.repeat(largestEventBytes);
    await expect(commands[way](counter, id, { by: 2, note }, context())).rejects.toMatchObject({
      name: 'DomainError',
      code: 'payload-too-large',
    });
    expect(await log()).toEqual([]);
  });

  it('decides again when another append came first', async () => {
    somebodyElse();
    expect(await say(1)).toMatchObject({ state: 2, revision: 1n });
    expect((await log()).map(({ data }) => data['to'])).toEqual([1, 2]);
  });

  it('is refused by the state after another append', async () => {
    await count(9);
    somebodyElse();
    await expect(say(1)).rejects.toThrow(new DomainError('conflict'));
    expect(await log()).toHaveLength(10);
  });

  it('answers one cause once, at the same time or later', async () => {
    const cause = newId();
    const answers = await Promise.all([say(2, cause), say(2, cause), say(2, cause)]);
    answers.push(await count(2, cause));
    expect(await log()).toHaveLength(2);
    for (const { events } of answers) expect(events.map(({ data }) => data.to)).toEqual([1, 2]);
  });

  it('answers once when it died between the append and the answer', async () => {
    const cause = newId();
    store.after.push(() => {
      throw new Error('the process dies here');
    });
    await expect(say(2, cause)).rejects.toThrow('dies here');
    expect((await say(2, cause)).events.map(({ data }) => data.to)).toEqual([1, 2]);
    expect(await log()).toHaveLength(2);
  });

  it('gives up with an error when the stream changes during every attempt', async () => {
    store.before.push(
      ...Array.from({ length: 9 }, () => () => Promise.reject(new RevisionConflict('counter', 0n, 1n))),
    );
    await expect(say(1)).rejects.toThrow(RevisionConflict);
    expect(await log()).toEqual([]);
  });

  it('refuses an event that is not in the schema map', async () => {
    const other = { ...counter, decide: () => [{ type: 'toString' as 'Counted', data: { to: 1 } }] };
    await expect(commands[way](other, id, { by: 1 }, context())).rejects.toThrow(new DomainError('internal-error'));
  });
});

describe('execute on what is known', () => {
  const reads = () => jest.spyOn(store, 'readStream');
  const add = async (by: number, known: Awaited<ReturnType<typeof count>>, cause?: string) =>
    commands.execute(counter, id, { by }, context(cause), known);

  it('does not read the stream, one command after another', async () => {
    const known = await count(2);
    const read = reads();
    const next = await add(3, known);
    expect(await add(1, next)).toMatchObject({ state: 6, revision: 5n });
    expect(read).not.toHaveBeenCalled();
  });

  it('reads it and decides again when another append came first', async () => {
    const known = await count(8);
    await count(1);
    expect(await add(1, known)).toMatchObject({ state: 10, revision: 9n });
    await expect(add(2, known)).rejects.toThrow(new DomainError('conflict'));
  });

  it('answers one cause once', async () => {
    const [known, cause] = [await count(2), newId()];
    await add(1, known, cause);
    expect(await add(1, known, cause)).toMatchObject({ state: 3, revision: 2n });
    expect(await log()).toHaveLength(3);
  });
});

describe('metadata', () => {
  it('is complete, and derived ids make the append repeatable', async () => {
    const cause = context();
    await commands.execute(counter, id, { by: 2 }, cause);
    expect((await log()).map(({ eventId }) => eventId)).toEqual(
      [0, 1].map((index) => derivedId(cause.causationId, `counter-${id}`, String(index))),
    );
    expect((await log())[0]!.metadata).toEqual({
      ...cause,
      purpose: 'order',
      legalBasis: 'contract',
      schemaVersion: 3,
      recordedAt: '2026-11-22T10:00:00.000Z',
    });
  });

  it('has no other fields, even if the context has more', async () => {
    const wide = {
      ...context(),
      email: 'ada@example.org',
      actor: { kind: 'dataSubject', id, name: 'Ada' },
    } as CommandContext;
    await commands.execute(counter, id, { by: 1, note: 'Lovelace' }, wide);
    expect(JSON.stringify((await log())[0]!.metadata)).not.toMatch(/Ada|example|Lovelace/);
  });

  it('of a reaction has the event as cause and the same data subject', async () => {
    await count(1);
    const [event] = await log();
    expect(causedBy(event!, 'order.reactor')).toEqual({
      dataSubjectId: id,
      actor: { kind: 'system', id: 'order.reactor' },
      correlationId: event!.metadata.correlationId,
      causationId: event!.eventId,
      traceparent: null,
      noticeVersion: '2026-11-01',
    });
  });
});

it('a command may use the time of its decision', async () => {
  const seen: string[] = [];
  await commands.execute(counter, id, (now) => (seen.push(now), { by: 1 }), context());
  expect(seen).toEqual(['2026-11-22T10:00:00.000Z']);
});
