import { type GroupHandling, type RecordedEvent, type Stretch } from '@dittoo/kernel';
import { MemoryEventStore, newEvent, testDatabase, type TestDatabase } from '@dittoo/testing';
import { DataSource, type EntityManager } from 'typeorm';
import { deliveryMigrations } from './delivery.migrations.js';
import type { InboxAlerts } from './intake.js';
import { TypeOrmInbox } from './typeorm-inbox.js';

/** The difference between positions of the log in memory: code that relies on dense positions fails. */
export const step = 7n;

/** The way events reach a group: a log or a partition. */
export interface Source {
  readonly name: string;
  /** Lets the group read from this source. */
  begin(inbox: TypeOrmInbox, group: string, handling: GroupHandling<EntityManager>): Promise<void>;
  stretch(events: readonly RecordedEvent[]): Stretch;
  /** The position of the last event that the group has handled from this source. */
  standing(inbox: TypeOrmInbox, group: string): Promise<bigint | null>;
  /** The outcome of a redelivered stretch. */
  readonly again: 'done' | 'elsewhere';
}

export type Write = (event: RecordedEvent, manager: EntityManager) => Promise<void>;

export const handlingOf = (handle: Write, react?: GroupHandling['react']): GroupHandling<EntityManager> => ({
  handles: (type) => type === 'Noted',
  handle,
  poisoned: () => Promise.resolve(),
  ...(react === undefined ? {} : { react }),
});

/** For the inbox's contract: one database, and a new log and group for every spec. */
export class InboxFixture {
  database!: TestDatabase;
  dataSource!: DataSource;
  inbox!: TypeOrmInbox;
  store!: MemoryEventStore;
  group = '';
  alerts: string[] = [];
  took: bigint[] = [];
  private groups = 0;

  constructor(private readonly source: Source) {}

  readonly heard: InboxAlerts = {
    parked: (...what) => this.alerts.push(`parked ${what.slice(1).join(' ')}`),
    retrying: (_group, failure) => this.alerts.push(`retrying ${failure}`),
    replayFailed: (_group, stream, failure) => this.alerts.push(`replay failed ${stream} ${failure}`),
    tookIn: (_group, events) => this.took.push(...events.map(({ position }) => position)),
    repeated: () => undefined,
    healed: (_group, stream, events) => this.alerts.push(`healed ${stream} ${events}`),
  };

  async open(): Promise<void> {
    this.database = await testDatabase('inbox');
    await this.database.migrate(deliveryMigrations);
    this.dataSource = await new DataSource({ type: 'postgres', url: this.database.url, poolSize: 6 }).initialize();
    await this.dataSource.query('CREATE TABLE seen (group_id text, position bigint, stream text, id bigserial)');
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
    await this.database.drop();
  }

  async renew(): Promise<void> {
    this.alerts = [];
    this.took = [];
    this.store = new MemoryEventStore(step);
    this.inbox = new TypeOrmInbox(this.dataSource, this.store, this.heard);
    this.group = `group-${this.groups++}`;
    await this.source.begin(this.inbox, this.group, handlingOf(this.write));
  }

  /** Switches to another group of the same database, which has handled nothing. */
  async otherGroup(): Promise<void> {
    this.group = `${this.group}-other`;
    const empty = new TypeOrmInbox(this.dataSource, new MemoryEventStore(step), this.heard);
    await this.source.begin(empty, this.group, handlingOf(this.write));
  }

  /** Appends one event to each of these streams, in this order, and reads them back. */
  readonly log = async (...streams: string[]): Promise<RecordedEvent[]> => {
    const { checkpoint, events } = await this.store.readAll({ after: null });
    const revisions = new Map<string, bigint>();
    for (const { revision, stream } of events) revisions.set(stream, revision);
    for (const stream of streams) {
      const { revision } = await this.store.append(stream, [newEvent('Noted')], revisions.get(stream) ?? 'no-stream');
      revisions.set(stream, revision);
    }
    return [...(await this.store.readAll({ after: checkpoint })).events];
  };

  readonly write: Write = async ({ position, stream }, manager) => {
    await manager.query('INSERT INTO seen VALUES ($1, $2, $3)', [this.group, String(position), stream]);
  };

  /** A handler that writes the row, then fails on these events. */
  readonly failing =
    (error: unknown, ...positions: bigint[]): Write =>
    async (event, manager) => {
      await this.write(event, manager);
      if (positions.includes(event.position)) throw error;
    };

  readonly seen = async (): Promise<bigint[]> => {
    const rows = await this.dataSource.query<{ position: string }[]>(
      'SELECT position FROM seen WHERE group_id = $1 ORDER BY id',
      [this.group],
    );
    return rows.map(({ position }) => BigInt(position));
  };

  readonly deliver = (events: readonly RecordedEvent[], handle: Write = this.write, inbox = this.inbox) =>
    inbox.deliver(this.group, this.source.stretch(events), handlingOf(handle));

  readonly standing = (): Promise<bigint | null> => this.source.standing(this.inbox, this.group);
}
