import type { RecordedEvent } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';

interface Reached {
  readonly revision: bigint;
  readonly position: bigint;
}

/**
 * The revisions up to which a group has handled the streams of a stretch, ahead of its checkpoint: read once, moved in
 * memory, written once. The lock on the stretch's place keeps other transactions from these streams.
 */
export class StreamRevisions {
  private readonly moved = new Map<string, Reached>();

  private constructor(private readonly saved: ReadonlyMap<string, bigint>) {}

  static none(): StreamRevisions {
    return new StreamRevisions(new Map());
  }

  static async of(manager: EntityManager, group: string, events: readonly RecordedEvent[]): Promise<StreamRevisions> {
    const rows = await manager.query<{ stream: string; revision: string }[]>(
      'SELECT stream, revision FROM delivery.stream_revision WHERE group_id = $1 AND stream = ANY($2)',
      [group, [...new Set(events.map(({ stream }) => stream))]],
    );
    return new StreamRevisions(new Map(rows.map((row) => [row.stream, BigInt(row.revision)])));
  }

  /** The last revision handled; `undefined` = nothing ahead of the checkpoint. */
  at(stream: string): bigint | undefined {
    return this.moved.get(stream)?.revision ?? this.saved.get(stream);
  }

  move({ position, revision, stream }: RecordedEvent): void {
    this.moved.set(stream, { position, revision });
  }

  /** @throws RevisionMoved another process changed the revisions after all: this transaction must roll back */
  async save(manager: EntityManager, group: string): Promise<void> {
    if (this.moved.size === 0) return;
    const streams = [...this.moved.keys()];
    const reached = [...this.moved.values()];
    const [count] = await manager.query<{ saved: string }[]>(
      `WITH moved AS (
         SELECT * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS m (stream, revision, position, before)
       ), begun AS (
         INSERT INTO delivery.stream_revision (group_id, stream, revision, position)
         SELECT $1, stream, revision, position FROM moved WHERE before = -1 ON CONFLICT DO NOTHING RETURNING 1
       ), advanced AS (
         UPDATE delivery.stream_revision r SET revision = m.revision, position = m.position FROM moved m
         WHERE r.group_id = $1 AND r.stream = m.stream AND r.revision = m.before RETURNING 1
       )
       SELECT (SELECT count(*) FROM begun) + (SELECT count(*) FROM advanced) AS saved`,
      [
        group,
        streams,
        reached.map(({ revision }) => String(revision)),
        reached.map(({ position }) => String(position)),
        streams.map((stream) => String(this.saved.get(stream) ?? -1n)),
      ],
    );
    if (Number(count?.saved) !== streams.length) throw new RevisionMoved();
  }
}

class RevisionMoved extends Error {
  /** PostgreSQL's code of a serialisation failure: retry. */
  readonly code = '40001';
  override readonly name = 'RevisionMoved';
}
