import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import type { CompanionRow } from './companion.js';
import { cancellingStatement, headStatement } from './lane-statements.js';
import { LaneWrites } from './lane-writes.js';
import type { Claimed, Item, Lane, LaneRest, QueueFigures, SendingRecord } from './item.js';
import { allQueueTables, type QueueTables } from './queue-tables.js';
import { recounted } from './recount.js';

/**
 * The lanes of the processors: one per data subject, present only while it is not empty, due at `next_at`, held by one
 * worker at a time under a lease and a token. Times are the database's, so workers' clocks need not agree.
 *
 * What workers ask at the same time is one statement; each gets its own answer, as if it had asked alone.
 */
@Injectable()
export class Lanes {
  private readonly writes: ReadonlyMap<string, LaneWrites>;

  constructor(
    @Inject(ROW_POOL) private readonly pool: Pool,
    @Inject(FORWARDING_CONFIG) config: ForwardingConfig,
  ) {
    const { leaseSeconds } = config;
    this.writes = new Map(
      allQueueTables.map((tables) => [tables.processorId, new LaneWrites(pool, tables, leaseSeconds)]),
    );
  }

  /** Leases due lanes, those in which more than planned readings waits and others, each with the item at its head. */
  async claim(tables: QueueTables, commands: number, polls: number): Promise<Claimed[]> {
    return this.writesOf(tables).claim(commands, polls);
  }

  /** The item at the head, with a whole lease ahead; `null` = the lane is empty. @throws LeaseLost */
  async begin(lane: Lane): Promise<Item | null> {
    const { items, next } = await this.writesOf(lane.tables).end({ lane, fate: 'kept', attempts: 'keep' });
    if (items === 0 || next !== null) return next;
    if (!(await recounted(this.pool, lane))) return null;
    const { rows } = await this.pool.query<Item>(headStatement(lane.tables), [lane.subjectId]);
    return rows[0] ?? null;
  }

  /** Erasures that wait, and what they took out of the queue is not recorded yet. */
  async cancelling(tables: QueueTables): Promise<Item[]> {
    return (await this.pool.query<Item>(cancellingStatement(tables))).rows;
  }

  /** It is recorded. */
  async cancelled(tables: QueueTables, { id }: Item): Promise<void> {
    await this.pool.query(`UPDATE ${tables.item} SET payload = payload - 'cancelled' WHERE id = $1`, [id]);
  }

  /**
   * The last act before bytes leave, on disk when it answers.
   *
   * @returns `false` = the item was cancelled meanwhile, or is not as it was read: begin again. @throws LeaseLost
   */
  async markSending(
    lane: Lane,
    item: Item,
    record: SendingRecord,
    also: readonly CompanionRow[] = [],
  ): Promise<boolean> {
    return this.writesOf(lane.tables).mark({ lane, item, record, also });
  }

  /** It is known that nothing happened: the item may be sent again. @throws LeaseLost */
  async markQueued(lane: Lane, item: Item, also: readonly CompanionRow[] = []): Promise<void> {
    await this.writesOf(lane.tables).end({ lane, item, fate: 'queued', attempts: 'keep', also });
  }

  /** A call takes longer than usual. @returns `false` = the lease is lost */
  async renew({ subjectId, tables, token }: Lane): Promise<boolean> {
    return this.writesOf(tables).renew(subjectId, token);
  }

  /**
   * The item is done; a reading that was asked for anew meanwhile stays.
   *
   * @returns what is left in the lane, which stays leased unless it is empty
   * @throws LeaseLost nothing was changed
   */
  async settle(lane: Lane, item: Item, also: readonly CompanionRow[] = []): Promise<LaneRest> {
    return this.writesOf(lane.tables).end({ lane, item, fate: 'done', attempts: 'reset', also });
  }

  /**
   * After a failure: the lane waits.
   *
   * @param after `unknown`: the outcome is, so the next act is to reconcile it; `counted`: it is one of the attempts
   * @throws LeaseLost
   */
  async retry(
    lane: Lane,
    item: Item,
    delayMs: number,
    { unknown, counted }: { readonly unknown: boolean; readonly counted: boolean },
    also: readonly CompanionRow[] = [],
  ): Promise<void> {
    const attempts = counted ? 'count' : 'keep';
    await this.writesOf(lane.tables).end({ lane, item, fate: unknown ? 'kept' : 'queued', attempts, delayMs, also });
  }

  /** No further attempt; the lane goes on. @returns as `settle` @throws LeaseLost */
  async park(
    lane: Lane,
    item: Item,
    { unknown }: { readonly unknown: boolean },
    also: readonly CompanionRow[] = [],
  ): Promise<LaneRest> {
    return this.writesOf(lane.tables).end({ lane, item, fate: 'parked', keeps: unknown, attempts: 'reset', also });
  }

  /** Gives the lane back; it goes to the end of the queue, or waits. Without effect where the lease was lost. */
  async release(lane: Lane, delayMs = 0): Promise<void> {
    await this.writesOf(lane.tables).give(lane, delayMs);
  }

  /** Since when the oldest command waits that should have been sent long ago; `null` = none. Readings are polled. */
  async heldSince({ item }: QueueTables, patienceMs: number): Promise<string | null> {
    const { rows } = await this.pool.query<{ since: Date | null }>(
      `SELECT min(queued_at) AS since FROM ${item}
       WHERE state IN ('queued', 'sending') AND kind <> 'readPayment'
         AND queued_at < now() - make_interval(secs => $1)`,
      [patienceMs / 1000],
    );
    return rows[0]?.since?.toISOString() ?? null;
  }

  /** How soon the first lane is due, or was (negative); `null` = there is none. */
  async nextDueMs({ lane }: QueueTables): Promise<number | null> {
    const { rows } = await this.pool.query<{ ms: number }>(
      `SELECT extract(epoch FROM next_at - now())::float8 * 1000 AS ms FROM ${lane} ORDER BY next_at LIMIT 1`,
    );
    return rows[0]?.ms ?? null;
  }

  async figures(tables: QueueTables): Promise<QueueFigures> {
    const { rows } = await this.pool.query<{ depth: string; parked: string; oldest: Date | null }>(
      `SELECT (SELECT count(*) FROM ${tables.item} WHERE state IN ('queued', 'sending')) AS depth,
              (SELECT count(*) FROM ${tables.item} WHERE state = 'parked') AS parked,
              (SELECT min(next_at) FROM ${tables.lane} WHERE next_at <= now()) AS oldest`,
    );
    const row = rows[0]!;
    return { depth: Number(row.depth), parked: Number(row.parked), oldestDueAt: row.oldest };
  }

  private writesOf({ processorId }: QueueTables): LaneWrites {
    return this.writes.get(processorId)!;
  }
}
