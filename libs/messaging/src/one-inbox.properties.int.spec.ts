/*
 * Promised: whatever happens between the log and a group, the group handles each event of its types once, and those of
 * a stream in order. Two processes run the group: relays pause, lose the lease without noticing, get it back, leave
 * pages out; memory is dropped, transactions fail; the group changes to Kafka and back, and Kafka loses and repeats
 * messages.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId, type GroupHandling, type PartitionEvent, type RecordedEvent } from '@dittoo/kernel';
import { deliveryMigrations, TypeOrmInbox, type InboxAlerts } from '@dittoo/projections';
import { MemoryEventStore, newEvent, testDatabase, type TestDatabase } from '@dittoo/testing';
import fc from 'fast-check';
import { DataSource, type EntityManager } from 'typeorm';
import { InProcessGroup, NotTaken } from './in-process-group.js';
import { InProcessTransport } from './in-process-transport.js';

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await testDatabase('one-inbox');
  await database.migrate(deliveryMigrations);
  dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: 4 }).initialize();
  await dataSource.query('CREATE TABLE handled (id serial, group_id text, stream text, revision int)');
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const silent: InboxAlerts = {
  parked: () => undefined,
  retrying: () => undefined,
  replayFailed: () => undefined,
  tookIn: () => undefined,
  repeated: () => undefined,
  healed: () => undefined,
};
const never = new AbortController().signal;
const topic = 'order';

/** One process with its relay and its delivery to the group. */
interface Process {
  transport: InProcessTransport;
  group: InProcessGroup;
  /** The position its relay has read up to; `null` = it never had the lease. */
  relayed: { at: bigint | null } | null;
}

class Shop {
  readonly store: MemoryEventStore;
  readonly group = `group-${newId()}`;
  readonly processes: Process[];
  private readonly inbox: TypeOrmInbox;
  private readonly revisions = new Map<string, bigint>();
  /** The relay's checkpoint in the database. */
  private checkpoint: bigint | null = null;
  private leader = 0;
  /** The messages in Kafka, and the position up to which the log was relayed to it. */
  private readonly partition: PartitionEvent[] = [];
  private onKafka: bigint | null = null;
  private failing = false;

  constructor(dense: boolean) {
    this.store = new MemoryEventStore(dense ? 1n : 3n);
    this.inbox = new TypeOrmInbox(dataSource, this.store, silent);
    this.processes = [this.process(), this.process()];
  }

  private get handling(): GroupHandling {
    return {
      handles: (type) => type === 'Wanted',
      handle: async ({ revision, stream }, transaction) => {
        await (transaction as EntityManager).query(
          'INSERT INTO handled (group_id, stream, revision) VALUES ($1, $2, $3)',
          [this.group, stream, String(revision)],
        );
        if (this.failing) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
      },
      poisoned: () => Promise.reject(new Error('no event of this spec is poison')),
    };
  }

  private process(): Process {
    const transport = new InProcessTransport(this.store, 6);
    return { transport, group: new InProcessGroup(this.group, transport, this.inbox, this.handling), relayed: null };
  }

  async append(stream: number, type: string): Promise<void> {
    const name = `order-${stream}`;
    const before = this.revisions.get(name);
    this.revisions.set(name, (await this.store.append(name, [newEvent(type)], before ?? 'no-stream')).revision);
  }

  /** Gives the lease to another process. The previous holder does not notice: it may have been paused. */
  lead(index: number): void {
    this.leader = index;
    this.processes[index]!.relayed = { at: this.checkpoint };
    this.processes[index]!.transport.began(this.checkpoint);
  }

  async relay(index: number, limit: number, leftOut: boolean): Promise<void> {
    const { relayed, transport } = this.processes[index]!;
    if (relayed === null) return;
    const page = await this.store.readAll({ after: relayed.at, limit });
    if (page.checkpoint === relayed.at) return;
    relayed.at = page.checkpoint;
    if (!leftOut) await transport.publish(page);
    if (index === this.leader) this.checkpoint = page.checkpoint;
  }

  noticeLoss(index: number): void {
    this.processes[index]!.relayed = null;
    this.processes[index]!.transport.ended();
  }

  restart(index: number): void {
    this.processes[index] = this.process();
  }

  /** Handles one page of the group in this process. @returns whether there was one */
  async step(index: number, failing = false): Promise<boolean> {
    this.failing = failing;
    try {
      return await this.processes[index]!.group.step();
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
      return false;
    } finally {
      this.failing = false;
    }
  }

  /** Relays more of the log to Kafka, which may lose it or have it twice. */
  async relayToKafka(limit: number, fate: 'kept' | 'lost' | 'twice'): Promise<void> {
    const page = await this.store.readAll({ after: this.onKafka, limit });
    this.onKafka = page.checkpoint;
    const put = (events: readonly RecordedEvent[]): void => {
      for (const event of events) this.partition.push({ offset: BigInt(this.partition.length), event });
    };
    if (fate !== 'lost') put(page.events);
    if (fate === 'twice') put(page.events);
  }

  /**
   * Consumes a stretch of the partition from the group's offset or, with an outdated offset, `back` messages before.
   */
  async consume(limit: number, back: number): Promise<void> {
    if (await this.inbox.needsCatchUp(this.group)) await this.catchUp();
    const own = Number((await this.inbox.nextOffset(this.group, topic, 0)) ?? 0n);
    const from = Math.max(0, own - back);
    const events = this.partition.slice(from, from + limit);
    if (events.length === 0) return;
    const nextOffset = BigInt(from + events.length);
    const stretch = { source: 'partition', topic, partition: 0, from: BigInt(from), events, nextOffset } as const;
    await this.inbox.deliver(this.group, stretch, this.handling);
  }

  async catchUp(): Promise<void> {
    await this.inbox.catchUp(this.group, [topic], this.handling, never);
  }

  /** `stream@revision` of the handled events, and of those that should have been handled. */
  async figures(): Promise<{ readonly handled: string[]; readonly wanted: string[] }> {
    const rows = await dataSource.query<{ stream: string; revision: number }[]>(
      'SELECT stream, revision FROM handled WHERE group_id = $1 ORDER BY stream, id',
      [this.group],
    );
    const { events } = await this.store.readAll({ after: null, limit: 10_000 });
    const wanted = events.filter(({ type }) => type === 'Wanted');
    return {
      handled: rows.map(({ revision, stream }) => `${stream}@${revision}`),
      wanted: [...new Set(wanted.map(({ stream }) => stream))]
        .sort()
        .flatMap((name) => wanted.filter(({ stream }) => stream === name).map(({ revision }) => `${name}@${revision}`)),
    };
  }
}

type Act = (shop: Shop) => Promise<unknown> | void;

const index = fc.integer({ min: 0, max: 1 });
const few = fc.integer({ min: 1, max: 4 });
const type = fc.constantFrom('Wanted', 'Wanted', 'Unwanted');
const act = (name: string, does: Act): [string, Act] => [name, does];
const acts: fc.Arbitrary<[string, Act]> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 2 }), type)
      .map(([stream, wanted]) => act(`append ${stream} ${wanted}`, (shop) => shop.append(stream, wanted))),
  },
  { weight: 2, arbitrary: index.map((p) => act(`lead ${p}`, (shop) => shop.lead(p))) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(index, few, fc.constantFrom(false, false, true))
      .map(([p, n, leftOut]) => act(`relay ${p} ${n}${leftOut ? ', not' : ''}`, (shop) => shop.relay(p, n, leftOut))),
  },
  { weight: 1, arbitrary: index.map((p) => act(`notice ${p}`, (shop) => shop.noticeLoss(p))) },
  { weight: 1, arbitrary: index.map((p) => act(`restart ${p}`, (shop) => shop.restart(p))) },
  { weight: 8, arbitrary: index.map((p) => act(`step ${p}`, (shop) => shop.step(p))) },
  { weight: 1, arbitrary: index.map((p) => act(`fail ${p}`, (shop) => shop.step(p, true))) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(few, fc.constantFrom('kept' as const, 'lost' as const, 'twice' as const))
      .map(([n, fate]) => act(`kafka ${n} ${fate}`, (shop) => shop.relayToKafka(n, fate))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(few, fc.integer({ min: 0, max: 2 }))
      .map(([n, back]) => act(`consume ${n} back ${back}`, (shop) => shop.consume(n, back))),
  },
);

it('handles each event once and in order per stream, whatever happens in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(acts, { minLength: 30, maxLength: 90 }), async (dense, steps) => {
      const shop = new Shop(dense);
      shop.lead(0);
      for (const [, does] of steps) await does(shop);
      // At the end a process follows the log again, and its relay resumes at the checkpoint.
      shop.restart(0);
      shop.lead(0);
      for (let more = true; more;) {
        await shop.relay(0, 100, false);
        more = await shop.step(0);
      }
      const { handled, wanted } = await shop.figures();
      expect(handled).toEqual(wanted);
      // Messages that are still in Kafka change nothing.
      for (let left = 20; left > 0; left--) await shop.consume(10, 0);
      expect((await shop.figures()).handled).toEqual(wanted);
    }),
    { numRuns: 100, interruptAfterTimeLimit: 60_000 },
  );
}, 180_000);
