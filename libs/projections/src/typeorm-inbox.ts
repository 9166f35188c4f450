import {
  Inbox,
  type DeliveryOutcome,
  type EventStore,
  type Gather,
  type ParkedStream,
  type RecordedEvent,
  type Replay,
} from '@dittoo/kernel';
import type { DataSource, EntityManager } from 'typeorm';
import {
  eventAt,
  failureOf,
  forgetParked,
  listParked,
  parkedSince,
  parkStream,
  queueParked,
  unparkStream,
  waitingOf,
} from './parking.js';
import { GatheredRows } from './gathered-rows.js';
import { isTransient } from './transient-error.js';

type Handle = (event: RecordedEvent, transaction: EntityManager, gather: Gather) => Promise<void>;

/** What an operator hears about. Ids and codes only. */
export interface InboxAlerts {
  /** A stream stands still in one group until somebody replays it. */
  parked(group: string, stream: string, position: bigint, failure: string): void;
  /** The group waits and tries again. */
  retrying(group: string, failure: string): void;
  /** A parked stream was replayed and stands still again. */
  replayFailed(group: string, stream: string, failure: string): void;
  /** Committed: the group's rows say these events, which it had not passed before. */
  tookIn(group: string, events: readonly RecordedEvent[]): void;
}

/**
 * The inbox on PostgreSQL: one transaction holds the group's checkpoint, the parked streams and the handlers' rows.
 *
 * Dies before the commit: nothing happened, the chunk comes again. Dies after it: the checkpoint says so, the chunk is
 * dropped. A poisoned event parks its stream: it and all later events of that stream wait in `delivery.parked_event`,
 * the other streams go on. `replayParked` takes them up again once the reason is mended.
 */
export class TypeOrmInbox extends Inbox<EntityManager> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly alerts: InboxAlerts,
  ) {
    super();
  }

  /** @throws GroupIsOnKafka what the group took in there, this checkpoint does not say: it would all happen again */
  async checkpoint(group: string): Promise<bigint | null> {
    const elsewhere = await this.dataSource.query<unknown[]>(
      'SELECT FROM delivery.consumer_offset WHERE group_id = $1 LIMIT 1',
      [group],
    );
    if (elsewhere.length > 0) throw new GroupIsOnKafka(group);
    const rows = await this.dataSource.query<{ position: string }[]>(
      'SELECT position FROM delivery.group_checkpoint WHERE group_id = $1',
      [group],
    );
    return rows[0] === undefined ? null : BigInt(rows[0].position);
  }

  async deliver(
    group: string,
    events: readonly RecordedEvent[],
    checkpoint: bigint,
    handle: Handle,
  ): Promise<DeliveryOutcome> {
    try {
      await this.chunk(group, events, checkpoint, handle);
      return 'done';
    } catch (error) {
      if (isTransient(error)) return this.later(group, error);
    }
    // Somewhere in the chunk is poison: one by one finds it, and the others are done all the same.
    for (const [index, event] of events.entries()) {
      const reached = index === events.length - 1 ? checkpoint : event.position;
      try {
        await this.chunk(group, [event], reached, handle);
      } catch (error) {
        if (isTransient(error)) return this.later(group, error);
        try {
          await this.park(group, event, reached, failureOf(error));
        } catch (notParked) {
          return this.later(group, notParked);
        }
      }
    }
    return 'done';
  }

  parkedStreams(): Promise<ParkedStream[]> {
    return listParked(this.dataSource);
  }

  async replayParked(group: string, stream: string, store: EventStore, handle: Handle): Promise<Replay> {
    let replayed = 0;
    try {
      while (await this.dataSource.transaction((manager) => this.replayNext(manager, group, stream, store, handle))) {
        replayed += 1;
      }
    } catch (error) {
      const failure = failureOf(error);
      const waiting = await waitingOf(this.dataSource.manager, group, stream);
      this.alerts.replayFailed(group, stream, failure);
      return { replayed, waiting: waiting.length, failure };
    }
    return { replayed, waiting: 0, failure: null };
  }

  /** `false` = nothing waits any more, and the stream goes on. */
  private async replayNext(
    manager: EntityManager,
    group: string,
    stream: string,
    store: EventStore,
    handle: Handle,
  ): Promise<boolean> {
    await this.lockCheckpoint(manager, group); // the running group queues nothing meanwhile
    const [position] = await waitingOf(manager, group, stream);
    if (position === undefined) {
      await unparkStream(manager, group, stream);
      return false;
    }
    const rows = new GatheredRows();
    await handle(await eventAt(store, stream, position), manager, rows.gather);
    await rows.write(manager);
    await forgetParked(manager, group, position);
    return true;
  }

  private later(group: string, error: unknown): DeliveryOutcome {
    this.alerts.retrying(group, failureOf(error));
    return 'later';
  }

  private async chunk(
    group: string,
    events: readonly RecordedEvent[],
    checkpoint: bigint,
    handle: Handle,
  ): Promise<void> {
    const taken = await this.dataSource.transaction(async (manager) => {
      const position = await this.lockCheckpoint(manager, group);
      const fresh = position === null ? events : events.filter((event) => event.position > position);
      const parked = fresh.length === 0 ? noStreams : await parkedSince(manager, group, fresh);
      const rows = new GatheredRows();
      for (const event of fresh) {
        if (parked.has(event.stream)) await queueParked(manager, group, event);
        else await handle(event, manager, rows.gather);
      }
      await rows.write(manager);
      await manager.query(
        'UPDATE delivery.group_checkpoint SET position = $2, moved_at = now() WHERE group_id = $1 AND position < $2',
        [group, String(checkpoint)],
      );
      return fresh;
    });
    this.alerts.tookIn(group, taken);
  }

  /**
   * Serialises a second runner of the same group behind the first. The commit need not wait for the disk: checkpoint and
   * rows are lost together, if they are, and then the chunk comes again.
   */
  private async lockCheckpoint(manager: EntityManager, group: string): Promise<bigint | null> {
    const locked = (): Promise<{ position: string }[]> =>
      manager.query(
        `SELECT position, set_config('synchronous_commit', 'off', true)
         FROM delivery.group_checkpoint WHERE group_id = $1 FOR UPDATE`,
        [group],
      );
    let rows = await locked();
    if (rows.length === 0) {
      await manager.query(
        'INSERT INTO delivery.group_checkpoint (group_id, position) VALUES ($1, -1) ON CONFLICT DO NOTHING',
        [group],
      );
      rows = await locked();
    }
    return BigInt(rows[0]!.position);
  }

  private async park(group: string, event: RecordedEvent, checkpoint: bigint, failure: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await this.lockCheckpoint(manager, group);
      await parkStream(manager, group, event, failure);
      await manager.query(
        'UPDATE delivery.group_checkpoint SET position = $2, moved_at = now() WHERE group_id = $1 AND position < $2',
        [group, String(checkpoint)],
      );
    });
    this.alerts.parked(group, event.stream, event.position, failure);
  }
}

/** The group was taken to Kafka, and there is no way back but a new group that builds its rows anew. */
export class GroupIsOnKafka extends Error {
  override readonly name = 'GroupIsOnKafka';
  constructor(group: string) {
    super(`group ${group} goes on by Kafka`);
  }
}

const noStreams: ReadonlyMap<string, bigint> = new Map();
