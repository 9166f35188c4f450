import type { RecordedEvent } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';

/**
 * How far a group has taken in the streams of a chunk: read once, moved in memory, written once. Whoever holds the lock
 * of the chunk's place is alone on these streams, for a stream lies in one partition.
 */
export class StreamCursors {
  private readonly moved = new Map<string, bigint>();

  private constructor(
    private readonly manager: EntityManager,
    private readonly group: string,
    private readonly saved: ReadonlyMap<string, bigint>,
  ) {}

  static async of(manager: EntityManager, group: string, events: readonly RecordedEvent[]): Promise<StreamCursors> {
    const rows = await manager.query<{ stream: string; revision: string }[]>(
      'SELECT stream, revision FROM delivery.stream_cursor WHERE group_id = $1 AND stream = ANY($2)',
      [group, [...new Set(events.map(({ stream }) => stream))]],
    );
    return new StreamCursors(manager, group, new Map(rows.map((row) => [row.stream, BigInt(row.revision)])));
  }

  /** The last revision taken in; -1 = none. */
  at(stream: string): bigint {
    return this.moved.get(stream) ?? this.saved.get(stream) ?? -1n;
  }

  move({ stream, revision }: RecordedEvent): void {
    this.moved.set(stream, revision);
  }

  /** @throws CursorMoved somebody else was here after all: nothing of this transaction may stay */
  async save(): Promise<void> {
    if (this.moved.size === 0) return;
    const streams = [...this.moved.keys()];
    const [count] = await this.manager.query<{ saved: string }[]>(
      `WITH moved AS (
         SELECT * FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS m (stream, revision, before)
       ), begun AS (
         INSERT INTO delivery.stream_cursor (group_id, stream, revision)
         SELECT $1, stream, revision FROM moved WHERE before = -1 ON CONFLICT DO NOTHING RETURNING 1
       ), advanced AS (
         UPDATE delivery.stream_cursor c SET revision = m.revision FROM moved m
         WHERE c.group_id = $1 AND c.stream = m.stream AND c.revision = m.before RETURNING 1
       )
       SELECT (SELECT count(*) FROM begun) + (SELECT count(*) FROM advanced) AS saved`,
      [
        this.group,
        streams,
        streams.map((stream) => String(this.moved.get(stream))),
        streams.map((stream) => String(this.saved.get(stream) ?? -1n)),
      ],
    );
    if (Number(count!.saved) !== streams.length) throw new CursorMoved();
  }
}

class CursorMoved extends Error {
  /** As PostgreSQL says of transactions that met: try again. */
  readonly code = '40001';
  override readonly name = 'CursorMoved';
}
