import { EventStore, type RecordedEvent } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

/** Where counting starts: events after `after` (a position of the store) get the numbers from `next` on. */
export interface Numbering {
  readonly after: bigint | null;
  readonly next: bigint;
}

const pageSize = 1_000;

/**
 * The log in the numbers the audit shows: 0, 1, 2 and so on, an event's leaf index. On a store with dense positions
 * they are the same. Otherwise sealed events have their leaf's index, and later events are counted from there: the
 * sealer will give them the same numbers.
 */
@Injectable()
export class NumberedLog {
  constructor(
    private readonly store: EventStore,
    @Inject(ROW_POOL) private readonly pool: Pool,
  ) {}

  /** A position to start counting from, at or before number `index`. */
  async before(index: bigint): Promise<Numbering> {
    if (this.store.densePositions) return { after: index === 0n ? null : index - 1n, next: index };
    const { rows } = await this.pool.query<{ index: string; position: string }>(
      'SELECT index, position FROM audit.leaf WHERE index < $1 ORDER BY index DESC LIMIT 1',
      [String(index)],
    );
    const leaf = rows[0];
    return leaf === undefined
      ? { after: null, next: 0n }
      : { after: BigInt(leaf.position), next: BigInt(leaf.index) + 1n };
  }

  /** The events under their numbers; `next` is that of the first. */
  numbered(events: readonly RecordedEvent[], next: bigint): readonly RecordedEvent[] {
    if (this.store.densePositions) return events;
    return events.map((event, index) => ({ ...event, position: next + BigInt(index) }));
  }

  /** The number of the last sealed event; `null` = none. */
  async end(): Promise<bigint | null> {
    const column = this.store.densePositions ? 'position' : 'index';
    const { rows } = await this.pool.query<{ last: string | null }>(`SELECT max(${column}) AS last FROM audit.leaf`);
    return rows[0]?.last == null ? null : BigInt(rows[0].last);
  }

  /** Positions of the store -> numbers. */
  async numbersOf(positions: readonly bigint[]): Promise<ReadonlyMap<bigint, bigint>> {
    if (this.store.densePositions) return new Map(positions.map((position) => [position, position]));
    const { rows } = await this.pool.query<{ index: string; position: string }>(
      'SELECT index, position FROM audit.leaf WHERE position = ANY ($1::bigint[])',
      [positions.map(String)],
    );
    const numbers = new Map(rows.map(({ index, position }) => [BigInt(position), BigInt(index)]));
    const rest = new Set(positions.filter((position) => !numbers.has(position)));
    if (rest.size > 0) await this.count(rest, numbers);
    return numbers;
  }

  private async count(wanted: Set<bigint>, numbers: Map<bigint, bigint>): Promise<void> {
    let { after, next } = await this.before(2n ** 62n);
    while (wanted.size > 0) {
      const page = await this.store.readAll({ after, limit: pageSize });
      if (page.checkpoint === null || page.checkpoint === after) break;
      after = page.checkpoint;
      for (const { position } of page.events) {
        if (wanted.delete(position)) numbers.set(position, next);
        next += 1n;
      }
    }
    // The remaining positions are before the last leaf but have none, which a verification reports: here they get the
    // number they would have.
    for (const position of wanted) {
      const { rows } = await this.pool.query<{ next: string }>(
        'SELECT coalesce(max(index) + 1, 0) AS next FROM audit.leaf WHERE position < $1',
        [String(position)],
      );
      numbers.set(position, BigInt(rows[0]!.next));
    }
  }
}
