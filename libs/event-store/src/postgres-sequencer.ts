/*
 * Assigns positions to committed events. Any number of sequencers may run; one holds the lead, a lease with an epoch.
 *
 * If the process dies, is paused or loses its node's power, the lease ends and another leads; a batch was committed or
 * not. One that wakes up later has the epoch of a former leader and is refused.
 */
import { randomUUID } from 'node:crypto';
import { clientLimits, Loop, pause, sessionSettings, type Turn } from '@dittoo/kernel';
import pg from 'pg';
import { announceEveryMs, appendChannel } from './append-announcements.js';
import { sequencerLag, type SequencerLag } from './sequencer-lag.js';
import { isUnavailable } from './unavailable.js';
import { WakeUps } from './wake-ups.js';

export type SequencerLog = (
  level: 'info' | 'warn' | 'error',
  event: string,
  details: Readonly<Record<string, string | number>>,
) => void;

export interface PostgresSequencerOptions {
  /** `sequencer.leading`, `.leadLost`, `.connectionLost`, `.failed`, `.adopted`, `.broken`; the last needs an operator. */
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

/** Another leads this long after the last renewal, and asks for the lead this often. */
const leaseMs = 6_000;
const leaderPollMs = 500;
const renewEveryMs = 2_000;
/** `es_sequence` of a leader whose lead another has taken. */
const fenced = -2;
/** Poll intervals while an event waits for an older transaction to end, which grow to the last one. */
const unsettledPollsMs = [5, 5, 10, 20];
/** How long further appends are expected after one: longer than the time between two announcements. */
const busyMs = 2 * announceEveryMs;
const stopPatienceMs = 10_000;
const outOfOrder = 'ES001';

/**
 * @param connection a session of its own, so not by a transaction pooler. Needs EXECUTE on `es_sequence` and `es_lead`.
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
  /** Unlike the name of a process it is of this object alone: no other can take its lead for its own. */
  private readonly holder = randomUUID();
  private epoch: string | null = null;
  private renewAt = 0;

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
    const client = await this.connect();
    try {
      return await sequencerLag(client);
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

  private async connect(timeoutMs?: number): Promise<pg.Client> {
    const client = new pg.Client({ ...clientLimits(timeoutMs), ...this.connection });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(sessionSettings(timeoutMs));
    } catch (error) {
      await client.end();
      throw error;
    }
    return client;
  }

  private async session(signal: AbortSignal, onProgress: () => void): Promise<void> {
    const client = await this.connect();
    this.client = client;
    try {
      await client.query(`SET default_transaction_isolation = 'read committed'`);
      // Positions need not wait for the disk: the WAL is flushed in order, so a commit that relies on a position (a
      // checkpoint, a signed tree head) has it on disk too. Lost positions are assigned again.
      await client.query('SET synchronous_commit = off');
      client.on('notification', () => this.heard());
      await client.query(`LISTEN ${appendChannel}`);
      while (!signal.aborted && !(await this.holdsLead(client))) await pause(leaderPollMs, signal);
      if (signal.aborted) return;
      await this.adopt();
      this.current = 'leading';
      this.log('info', 'sequencer.leading', { epoch: this.epoch! });
      await this.lead(client, signal, onProgress);
    } finally {
      if (this.epoch !== null) {
        await client.query('SELECT event_store.es_leave($1)', [this.epoch]).catch(() => undefined);
        this.epoch = null;
      }
      await client.end().catch(() => undefined);
      this.client = undefined;
    }
  }

  /** On a connection of its own: it may wait for appends, and take as long as the log is. */
  private async adopt(): Promise<void> {
    const client = await this.connect(0);
    try {
      const adopted = await this.call(client, 'SELECT event_store.es_adopt_foreign_cluster()');
      if (adopted >= 0) this.log('warn', 'sequencer.adopted', { events: adopted });
    } finally {
      await client.end();
    }
  }

  /** Takes or renews the lead. @returns `false` = another has it */
  private async holdsLead(client: pg.Client): Promise<boolean> {
    const { rows } = await client.query<{ epoch: string | null }>('SELECT event_store.es_lead($1, $2) AS epoch', [
      this.holder,
      leaseMs,
    ]);
    this.epoch = rows[0]?.epoch ?? null;
    this.renewAt = performance.now() + renewEveryMs;
    return this.epoch !== null;
  }

  private async lead(client: pg.Client, signal: AbortSignal, onProgress: () => void): Promise<void> {
    const { batchSize = 5000, pollMs = 20, idlePollMs = 1_000, pauseMs = 30 } = this.options;
    for (let unsettled = 0; !signal.aborted;) {
      const { seen } = this.wakeUps;
      if (performance.now() >= this.renewAt && !(await this.holdsLead(client))) return this.leadLost();
      const sequenced = await this.call(client, 'SELECT event_store.es_sequence($1, $2)', [
        Math.trunc(batchSize),
        this.epoch,
      ]);
      onProgress();
      if (sequenced === fenced) return this.leadLost();
      unsettled = sequenced < 0 ? unsettled + 1 : 0;
      if (sequenced > 0) {
        this.busyUntil = performance.now() + busyMs;
        this.options.onSequenced?.(sequenced);
        if (sequenced < batchSize) await pause(pauseMs, signal);
      } else if (sequenced < 0) {
        await pause(unsettledPollsMs[unsettled - 1] ?? unsettledPollsMs.at(-1)!, signal);
      } else if (!(await this.idle(client, seen, performance.now() < this.busyUntil ? pollMs : idlePollMs, signal))) {
        return this.leadLost();
      }
    }
  }

  /** Waits for an append, at most `ms`, and renews the lead meanwhile. @returns `false` = another has it */
  private async idle(client: pg.Client, seen: number, ms: number, signal: AbortSignal): Promise<boolean> {
    for (const end = performance.now() + ms; ;) {
      const now = performance.now();
      if (now >= this.renewAt && !(await this.holdsLead(client))) return false;
      await this.wakeUps.after(seen, Math.min(end, this.renewAt) - now, signal);
      if (this.wakeUps.seen !== seen || signal.aborted || performance.now() >= end) return true;
    }
  }

  private leadLost(): void {
    this.epoch = null;
    this.current = 'waiting';
    this.log('warn', 'sequencer.leadLost', {});
  }

  private async call(client: pg.Client, text: string, values: unknown[] = []): Promise<number> {
    const { rows } = await client.query<[number]>({ name: text, text, values, rowMode: 'array' });
    return rows[0]?.[0] ?? 0;
  }

  private log(level: 'info' | 'warn' | 'error', event: string, details: Record<string, string | number>): void {
    this.options.onLog?.(level, event, details);
  }
}
