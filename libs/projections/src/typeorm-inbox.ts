import {
  Inbox,
  type DeliveryOutcome,
  type GroupHandling,
  type LogPage,
  type ParkedPlace,
  type ParkedStream,
  type Replay,
  type Stretch,
} from '@dittoo/kernel';
import type { DataSource, EntityManager } from 'typeorm';
import { eventAt, type ReadableLog } from './event-lookup.js';
import { groupPlace, mayBeAhead, placedInLog, placedInParking, placedInPartition } from './group-place.js';
import { Intake, type InboxAlerts, type IntakeOutcome } from './intake.js';
import { listParked, parkedAmong, unparkStream, waitingOf } from './parked-streams.js';
import { failureOf } from './poison.js';
import { StreamRevisions } from './stream-revisions.js';

type Handling = GroupHandling<EntityManager>;

const catchUpPage = 500;
/** How far a measurement looks for the oldest unhandled event. */
const mostSearchedPages = 4;

/**
 * The inbox on PostgreSQL: one transaction changes the group's place, its parked streams and the handlers' rows.
 *
 * Before the transaction reactors act and missing events are read from the log; both are checked again under the lock.
 * If the process dies before the commit, no row changed, the stretch is redelivered, and the acts are safe to repeat.
 * If it dies after the commit, the group's place has moved, and a redelivered stretch is refused or dropped.
 */
export class TypeOrmInbox extends Inbox<EntityManager> {
  private readonly intake: Intake;

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: ReadableLog,
    private readonly alerts: InboxAlerts,
  ) {
    super();
    this.intake = new Intake(dataSource, log, alerts);
  }

  override async checkpoint(group: string): Promise<bigint | null> {
    const { floor } = await groupPlace(this.dataSource.manager, group, 'NONE');
    return floor < 0n ? null : floor;
  }

  override async unhandledSince(group: string, handles: (type: string) => boolean): Promise<string | null> {
    const { manager } = this.dataSource;
    const { ahead, floor } = await groupPlace(manager, group, 'NONE');
    let after = floor < 0n ? null : floor;
    for (let pages = 0; pages < mostSearchedPages; pages++) {
      const { checkpoint, events } = await this.log.readAll({ after, limit: catchUpPage });
      const wanted = events.filter(({ type }) => handles(type));
      const revisions = ahead ? await StreamRevisions.of(manager, group, wanted) : StreamRevisions.none();
      const first = wanted.find(({ revision, stream }) => revision > (revisions.at(stream) ?? -1n));
      if (first !== undefined) return first.metadata.recordedAt;
      if (checkpoint === null || checkpoint === after) return null;
      after = checkpoint;
    }
    // Far behind: the age of the first event not looked at is at most that of the oldest unhandled one, and grows too.
    const [next] = (await this.log.readAll({ after, limit: 1 })).events;
    return next?.metadata.recordedAt ?? null;
  }

  override async deliver(group: string, stretch: Stretch, handling: Handling): Promise<DeliveryOutcome> {
    const placed = stretch.source === 'log' ? placedInLog(group, stretch) : placedInPartition(group, stretch);
    return outcomeOf(await this.intake.takeIn(group, placed, handling));
  }

  override async needsCatchUp(group: string): Promise<boolean> {
    return !(await groupPlace(this.dataSource.manager, group, 'NONE')).ahead;
  }

  override async catchUp(
    group: string,
    categories: readonly string[],
    handling: Handling,
    signal: AbortSignal,
    recordedBefore?: string,
  ): Promise<'done' | 'later'> {
    while (!signal.aborted) {
      const after = await this.checkpoint(group);
      const page = await this.log.readAll({ after, limit: catchUpPage, categories });
      const { checkpoint, events } = recordedBefore === undefined ? page : olderPart(page, recordedBefore);
      if (checkpoint === null || checkpoint === after) {
        if (recordedBefore !== undefined) return 'done';
        if (await this.followPartitions(group, after)) return 'done';
        continue; // another process moved it meanwhile
      }
      const heals = recordedBefore !== undefined;
      const placed = placedInLog(group, { source: 'log', after, events, checkpoint }, { catchesUp: true, heals });
      if (outcomeOf(await this.intake.takeIn(group, placed, handling)) === 'later') return 'later';
    }
    return 'later';
  }

  override async nextOffset(group: string, topic: string, partition: number): Promise<bigint | null> {
    const rows = await this.dataSource.query<{ next_offset: string }[]>(
      'SELECT next_offset FROM delivery.partition_offset WHERE group_id = $1 AND topic = $2 AND partition = $3',
      [group, topic, partition],
    );
    return rows[0] === undefined ? null : BigInt(rows[0].next_offset);
  }

  override async place(group: string, topic: string, partition: number, offset: bigint): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO delivery.partition_offset (group_id, topic, partition, next_offset) VALUES ($1, $2, $3, $4)
       ON CONFLICT (group_id, topic, partition) DO UPDATE SET next_offset = excluded.next_offset, moved_at = now()`,
      [group, topic, partition, String(offset)],
    );
  }

  override parkedStreams(): Promise<ParkedStream[]> {
    return listParked(this.dataSource);
  }

  override parkedAmong(streams: readonly string[]): Promise<ParkedPlace[]> {
    return parkedAmong(this.dataSource, streams);
  }

  override async replayParked(group: string, stream: string, handling: Handling): Promise<Replay> {
    let replayed = 0;
    let failure: string | null = null;
    try {
      while (failure === null) {
        const [position] = await waitingOf(this.dataSource.manager, group, stream);
        if (position === undefined) {
          if (await this.unpark(group, stream)) return { replayed, waiting: 0, failure: null };
          continue; // another event was queued meanwhile
        }
        const event = await eventAt(this.log, stream, position);
        const taken = await this.intake.takeIn(group, placedInParking(group, event), handling);
        if (taken === 'done') replayed += 1;
        else if (taken !== 'elsewhere') failure = taken.failure;
      }
    } catch (error) {
      failure = failureOf(error);
    }
    const waiting = await waitingOf(this.dataSource.manager, group, stream);
    this.alerts.replayFailed(group, stream, failure);
    return { replayed, waiting: waiting.length, failure };
  }

  /** `false` = an event of the stream is still waiting. */
  private unpark(group: string, stream: string): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      await groupPlace(manager, group, 'UPDATE'); // so that the running group queues nothing meanwhile
      if ((await waitingOf(manager, group, stream)).length > 0) return false;
      await unparkStream(manager, group, stream);
      return true;
    });
  }

  /** Lets the group read partitions from `checkpoint` on. `false` = it is no longer at that checkpoint. */
  private followPartitions(group: string, checkpoint: bigint | null): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const { floor } = await groupPlace(manager, group, 'UPDATE');
      if (floor !== (checkpoint ?? -1n)) return false;
      await mayBeAhead(manager, group);
      return true;
    });
  }
}

/** The page up to its first event that was not recorded before `time`. */
const olderPart = (page: LogPage, time: string): Pick<LogPage, 'checkpoint' | 'events'> => {
  const younger = page.events.findIndex(({ metadata }) => metadata.recordedAt >= time);
  if (younger < 0) return page;
  const events = page.events.slice(0, younger);
  return { events, checkpoint: events.at(-1)?.position ?? page.after };
};

const outcomeOf = (taken: IntakeOutcome): DeliveryOutcome => (typeof taken === 'string' ? taken : 'later');
