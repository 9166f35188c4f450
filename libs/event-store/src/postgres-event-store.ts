import { setTimeout as sleep } from 'node:timers/promises';
import {
  backOffMs,
  type AppendResult,
  EventStore,
  EventStoreUnavailable,
  type EventMetadata,
  type JsonObject,
  type LogPage,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type SubscribeOptions,
} from '@dittoo/kernel';
import type pg from 'pg';
import { AppendAnnouncements } from './append-announcements.js';
import { Appender } from './appender.js';
import { columnParsers as types } from './column-parsers.js';
import { LogBroken } from './log-broken.js';
import { LogListener } from './log-listener.js';
import { StreamReads } from './stream-reads.js';
import { reaching } from './unavailable.js';
import { WakeUps } from './wake-ups.js';

export interface PostgresEventStoreOptions {
  /** Called after each append of this process. Pass `sequencer.kick`, so that events become visible at once. */
  readonly onAppended?: () => void;
  /** For LISTEN, which does not work through a transaction pooler; default: as the pool connects. */
  readonly direct?: pg.ClientConfig;
  /** Most concurrent append statements; further appends share statements. Default 2. */
  readonly maxAppendStatements?: number;
  /** Most events in a shared statement. Default 200. */
  readonly maxGroupEvents?: number;
}

const pageSize = 1000;
const pollMs = 1_000;
/** Position of an event that is not sequenced yet. */
const notSequenced = -1n;

type LogRow = [bigint, string | null, bigint, string, string, JsonObject, EventMetadata];

/*
 * The limit is part of the text, because the planner must know that a page is small; few sizes are in use, so few plans
 * are cached. The statement is planned once, perhaps on an empty log: so it has no join, which would then be planned as
 * a scan of the whole other table and become slower with the log until ANALYZE runs.
 */
const logPage = (filtered: boolean, limit: number): string => `
SELECT l.position, e.stream_id, e.revision, e.event_id, e.type, e.data, e.meta
  FROM (SELECT position, seq FROM event_store.es_log WHERE position > $1 ORDER BY position LIMIT ${limit}) l
  LEFT JOIN LATERAL (
       SELECT * FROM event_store.es_event
        WHERE seq = l.seq ${filtered ? "AND split_part(stream_id, '-', 1) = ANY ((SELECT $2::text[])::text[])" : ''} LIMIT 1) e ON true
 ORDER BY l.position`;

const greatest = 2n ** 63n - 1n;
const settleMs = 30_000;

const lastSeq = 'SELECT max(seq) AS last FROM event_store.es_event';
/** Finds unsequenced events as the sequencer does: by the windows of `es_head`, never by scanning the whole log. */
const unsequencedUpTo = `
SELECT 1 FROM event_store.es_event e, event_store.es_head h
 WHERE e.tx >= h.lo AND e.seq + 0 > h.base_seq AND (e.tx >= h.hi OR e.seq + 0 > h.last_seq) AND e.seq + 0 <= $1 LIMIT 1`;

/**
 * The event store on PostgreSQL. Positions are dense and assigned by a `PostgresSequencer`, which must run
 * somewhere: until an event is sequenced, `readStream` shows it with position -1 and `readAll` does not show it.
 */
export class PostgresEventStore extends EventStore {
  override readonly densePositions = true;
  private readonly appender: Appender;
  private readonly reads: StreamReads;
  private readonly wakeUps = new WakeUps();
  private readonly listener: LogListener;

  /** @param pool with at least `maxAppendStatements` + 1 connections; the caller ends it */
  constructor(
    private readonly pool: pg.Pool,
    options: PostgresEventStoreOptions = {},
  ) {
    super();
    const announcements = new AppendAnnouncements(pool);
    this.appender = new Appender(
      pool,
      { maxStatements: options.maxAppendStatements ?? 2, maxGroupRows: options.maxGroupEvents ?? 200 },
      () => {
        announcements.appended();
        options.onAppended?.();
      },
    );
    this.reads = new StreamReads(pool);
    this.listener = new LogListener(options.direct ?? (pool.options as pg.ClientConfig), this.wakeUps);
  }

  /** Makes subscriptions of this process read at once. Pass it as `onSequenced` to a sequencer in the same process. */
  readonly wake = this.wakeUps.wake;

  override append(
    stream: string,
    events: readonly NewEvent[],
    expectedRevision: bigint | 'no-stream',
  ): Promise<AppendResult> {
    return this.appender.append(stream, events, expectedRevision);
  }

  override async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const backwards = options.direction === 'backwards';
    let left = options.limit ?? Number.MAX_SAFE_INTEGER;
    if (left <= 0) return;
    const { fromRevision } = options;
    let next = backwards
      ? this.reads.page(stream, fromRevision ?? greatest, true, Math.min(left, pageSize))
      : this.reads.begin(stream, fromRevision ?? 0n, Math.min(left, pageSize));
    for (;;) {
      const { more, rows } = await next;
      left -= rows.length;
      const last = rows.at(-1)?.[0];
      const goesOn = more && last !== undefined && left > 0 && !(backwards && last === 0n);
      if (goesOn) {
        // PostgreSQL reads the next page while the caller handles this one
        next = this.reads.page(stream, backwards ? last - 1n : last + 1n, backwards, Math.min(left, pageSize));
        next.catch(() => undefined);
      }
      for (const [revision, eventId, type, data, metadata, position] of rows) {
        yield { stream, revision, position: position ?? notSequenced, eventId, type, data, metadata };
      }
      if (!goesOn) return;
    }
  }

  /** `limit` counts scanned events, so a filtered page may have fewer events, or none. */
  override async readAll({ after, limit = pageSize, categories }: ReadAllOptions): Promise<LogPage> {
    if (!Number.isInteger(limit) || limit < 1) throw new TypeError('a page has at least one event');
    const { rows } = await reaching(() =>
      this.pool.query<LogRow>({
        name: `es-log-${categories === undefined ? '' : 'of-'}${limit}`,
        text: logPage(categories !== undefined, limit),
        values: categories === undefined ? [after ?? -1n] : [after ?? -1n, categories],
        rowMode: 'array',
        types,
      }),
    );
    const events: RecordedEvent[] = [];
    let checkpoint = after ?? -1n;
    for (const [position, stream, revision, eventId, type, data, metadata] of rows) {
      checkpoint += 1n;
      if (position !== checkpoint) throw new LogBroken(`position ${checkpoint} is missing from the log`);
      if (stream !== null) events.push({ stream, revision, position, eventId, type, data, metadata });
      else if (categories === undefined) throw new LogBroken(`the event of position ${position} is missing`);
    }
    return { after, events, checkpoint: rows.length === 0 ? after : checkpoint };
  }

  override async settled(): Promise<void> {
    const { rows } = await reaching(() => this.pool.query<{ last: string | null }>(lastSeq));
    const last = rows[0]?.last ?? null;
    for (const end = Date.now() + settleMs; last !== null; await sleep(10)) {
      const pending = await reaching(() => this.pool.query(unsequencedUpTo, [last]));
      if (pending.rows.length === 0) return;
      if (Date.now() > end) throw new EventStoreUnavailable(new Error('no sequencer assigns positions'));
    }
  }

  /** @throws LogBroken the log contradicts itself, or ends before `after`: the checkpoint is from another log */
  override async *subscribeToAll({ signal, ...options }: SubscribeOptions): AsyncGenerator<LogPage> {
    const limit = options.limit ?? pageSize;
    let after = options.after;
    let failures = 0;
    let ahead: Promise<LogPage> | undefined;
    let checked = after === null;
    this.listener.join();
    try {
      while (!signal.aborted) {
        const { seen } = this.wakeUps;
        let page: LogPage;
        try {
          page = await (ahead ?? this.readAll({ ...options, after }));
          if (!checked) checked = await this.requireKnown(after);
          failures = 0;
        } catch (error) {
          if (!(error instanceof EventStoreUnavailable)) throw error;
          await this.wakeUps.after(this.wakeUps.seen, backOffMs(++failures), signal);
          continue;
        } finally {
          ahead = undefined;
        }
        if (page.checkpoint === after || page.checkpoint === null) {
          await this.wakeUps.after(seen, pollMs, signal);
          continue;
        }
        const full = page.checkpoint - (after ?? -1n) === BigInt(limit);
        after = page.checkpoint;
        if (full) {
          ahead = this.readAll({ ...options, after });
          ahead.catch(() => undefined);
        }
        if (signal.aborted) return;
        yield page;
      }
    } finally {
      await this.listener.leave();
    }
  }

  private async requireKnown(checkpoint: bigint | null): Promise<boolean> {
    const { rows } = await reaching(() =>
      this.pool.query<[boolean]>({
        text: 'SELECT next_position > $1 FROM event_store.es_head',
        values: [checkpoint],
        rowMode: 'array',
      }),
    );
    if (rows[0]?.[0] !== true) throw new LogBroken(`checkpoint ${checkpoint} lies ahead of the log`);
    return true;
  }
}
