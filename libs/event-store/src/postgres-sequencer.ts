/*
 * Assigns positions to committed events. Any number of sequencers may run; the holder of the advisory lock leads.
 *
 * If the process dies here, its session ends and releases the lock, and another leads; a batch was committed or not.
 */
import { Loop, pause, type Turn } from '@dittoo/kernel';
import pg from 'pg';
import { announceEveryMs, appendChannel } from './append-announcements.js';
import { isUnavailable } from './unavailable.js';
import { WakeUps } from './wake-ups.js';

export type SequencerLog = (
  level: 'info' | 'warn' | 'error',
  event: string,
  details: Readonly<Record<string, string | number>>,
) => void;

export interface PostgresSequencerOptions {
  /** `sequencer.leading`, `.connectionLost`, `.failed`, `.adopted`, `.broken`; the last one needs an operator. */
  readonly onLog?: SequencerLog;
  /** Called after each batch. Pass `store.wake` of the same process; other processes are notified by NOTIFY. */
  readonly onSequenced?: (events: number) => void;
  /** Most events in a batch. Default 5000. */
  readonly batchSize?: number;
  /** Poll interval for appends of other processes, which do not kick, while there are any. Default 20. */
  readonly pollMs?: number;
  /** Poll interval while there are none: other processes announce an append after a pause. Default 1,000. */
  readonly idlePollMs?: number;
  /** Least time between two batches under load: each costs a commit. Default 30. */
  readonly pauseMs?: number;
}

export type SequencerState = 'stopped' | 'waiting' | 'leading' | 'broken';

export interface SequencerLag {
  /** Events without a position; counted up to 100,000. */
  readonly events: number;
  /** Age of the oldest of them by its `recordedAt`; 0 = none. */
  readonly oldestMs: number;
}

/** The number is arbitrary and never changes. */
const leaderLock = 7_203_514_486_002;
const leaderPollMs = 500;
/** Poll intervals while an event waits for an older transaction to end, which grow to the last one. */
const unsettledPollsMs = [5, 5, 10, 20];
/** How long further appends are expected after one: longer than the time between two announcements. */
const busyMs = 2 * announceEveryMs;
const stopPatienceMs = 10_000;
const outOfOrder = 'ES001';

/**
 * @param connection direct to the server: a transaction pooler would lose the lock. Needs EXECUTE on `es_sequence`.
 *
 * Stops for good (`broken`) when a stream would not be contiguous: no later event gets a position until an operator
 * acts.
 */
export class PostgresSequencer {
  private current: SequencerState = 'stopped';
  private readonly wakeUps = new WakeUps();
  private loop: Loop | undefined;
  private client: pg.Client | undefined;
  private error: Error | undefined;
  private busyUntil = 0;

  constructor(
    private readonly connection: pg.ClientConfig,
    private readonly options: PostgresSequencerOptions = {},
  ) {}

  get state(): SequencerState {
    return this.current;
  }

  /** The reason for `broken`. */
  get failure(): Error | undefined {
    return this.error;
  }

  /** Wakes the sequencer; call it after each append of this process. */
  readonly kick = (): void => this.wakeUps.wake();

  /** Starts; the lead may be acquired later. Safe to repeat. */
  start(): void {
    if (this.loop !== undefined) return;
    this.error = undefined;
    this.current = 'waiting';
    const loop = new Loop((turn) => this.turn(turn, () => loop.end()), {
      pauseMs: 0,
      failed: (error) => this.interrupted(error),
    });
    this.loop = loop;
    loop.start();
  }

  /** Finishes the current batch and releases the lead. Safe to repeat. */
  async stop(): Promise<void> {
    const patience = setTimeout(() => void this.client?.end(), stopPatienceMs); // ends a query that hangs
    await this.loop?.stop();
    clearTimeout(patience);
    this.loop = undefined;
    this.current = 'stopped';
  }

  /** The unsequenced events. Works in every process, leader or not; alarm on `oldestMs`. */
  async lag(): Promise<SequencerLag> {
    const client = new pg.Client(this.connection);
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query<{ events: number; oldest: number }>(
        `SELECT count(*)::int AS events,
                greatest(coalesce(extract(epoch FROM now() - min(recorded_at)) * 1000, 0), 0)::float8 AS oldest
           FROM (SELECT e.recorded_at FROM event_store.es_event e, event_store.es_head h
                  WHERE e.tx >= h.lo AND e.tx < pg_snapshot_xmax(pg_current_snapshot())
                    AND e.seq > h.base_seq AND (e.tx >= h.hi OR e.seq > h.last_seq) LIMIT 100000) waiting`,
      );
      return { events: rows[0]?.events ?? 0, oldestMs: Math.round(rows[0]?.oldest ?? 0) };
    } finally {
      await client.end();
    }
  }

  /** @param end stops for good: a retry does not repair a broken log */
  private async turn({ progressed, signal }: Turn, end: () => void): Promise<boolean> {
    try {
      await this.session(signal, progressed);
    } catch (error) {
      if ((error as { code?: string }).code !== outOfOrder) throw error;
      this.current = 'broken';
      this.error = error as Error;
      this.log('error', 'sequencer.broken', { reason: this.error.message });
      end();
    }
    return false;
  }

  /** Handles the announcement of another process. */
  private heard(): void {
    this.busyUntil = performance.now() + busyMs;
    this.wakeUps.wake();
  }

  private interrupted(error: unknown): void {
    const code = (error as { code?: string }).code ?? 'unknown';
    this.current = 'waiting';
    if (isUnavailable(error)) this.log('warn', 'sequencer.connectionLost', { code });
    else this.log('error', 'sequencer.failed', { code });
  }

  private async session(signal: AbortSignal, onProgress: () => void): Promise<void> {
    const client = new pg.Client({ ...this.connection, keepAlive: true });
    client.on('error', () => undefined);
    this.client = client;
    try {
      await client.connect();
      await client.query(`SET default_transaction_isolation = 'read committed'`);
      // Positions need not wait for the disk: the WAL is flushed in order, so a commit that relies on a position (a
      // checkpoint, a signed tree head) has it on disk too. Lost positions are assigned again.
      await client.query('SET synchronous_commit = off');
      client.on('notification', () => this.heard());
      await client.query(`LISTEN ${appendChannel}`);
      await this.awaitLead(client, signal);
      if (signal.aborted) return;
      const adopted = await this.call(client, 'SELECT event_store.es_adopt_foreign_cluster()');
      if (adopted >= 0) this.log('warn', 'sequencer.adopted', { events: adopted });
      this.current = 'leading';
      this.log('info', 'sequencer.leading', {});
      await this.lead(client, signal, onProgress);
    } finally {
      this.client = undefined;
      await client.end().catch(() => undefined);
    }
  }

  private async awaitLead(client: pg.Client, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [leaderLock]);
      if (rows[0]?.mine === true) return;
      await pause(leaderPollMs, signal);
    }
  }

  private async lead(client: pg.Client, signal: AbortSignal, onProgress: () => void): Promise<void> {
    const { batchSize = 5000, pollMs = 20, idlePollMs = 1_000, pauseMs = 30 } = this.options;
    for (let unsettled = 0; !signal.aborted;) {
      const { seen } = this.wakeUps;
      const sequenced = await this.call(client, `SELECT event_store.es_sequence(${Math.trunc(batchSize)})`);
      onProgress();
      unsettled = sequenced < 0 ? unsettled + 1 : 0;
      if (sequenced > 0) {
        this.busyUntil = performance.now() + busyMs;
        this.options.onSequenced?.(sequenced);
        if (sequenced < batchSize) await pause(pauseMs, signal);
      } else if (sequenced < 0) {
        await pause(unsettledPollsMs[unsettled - 1] ?? unsettledPollsMs.at(-1)!, signal);
      } else {
        await this.wakeUps.after(seen, performance.now() < this.busyUntil ? pollMs : idlePollMs, signal);
      }
    }
  }

  private async call(client: pg.Client, text: string): Promise<number> {
    const { rows } = await client.query<[number]>({ name: text, text, rowMode: 'array' });
    return rows[0]?.[0] ?? 0;
  }

  private log(level: 'info' | 'warn' | 'error', event: string, details: Record<string, string | number>): void {
    this.options.onLog?.(level, event, details);
  }
}
