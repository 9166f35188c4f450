import { schemaMap } from '@dittoo/contracts';
import { EventStore, isUuid, Loop, type RecordedEvent, type SchemaMap } from '@dittoo/kernel';
import { LOGGER, ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';

/** A stream with events about a person, and the revision of the first one. */
export interface SubjectStream {
  readonly stream: string;
  readonly sinceRevision: bigint;
}

const definitions: SchemaMap = schemaMap;
const restMs = 1_000;

/**
 * The subjects of an event: whose data it is, and the persons that the schema map's fields name, for instance whose
 * history an officer read.
 */
export const subjectsOf = ({ data, metadata, type }: RecordedEvent): Set<string> => {
  const named = definitions[type]?.fields['subjectId']?.kind === 'plain' ? data['subjectId'] : null;
  return new Set([metadata.dataSubjectId, named].filter(isUuid).map((id) => id.toLowerCase()));
};

/**
 * The index of streams by person: only names, no personal data. It reads the log itself and stores its position,
 * because a copy must know how complete the index is, and a group on Kafka's partitions has no single position.
 *
 * If the process dies within a page, it is read again, because rows and position are one statement. Two processes at
 * once do the same work twice.
 */
@Injectable()
export class SubjectStreams implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop: Loop;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    @Inject(ROW_POOL) private readonly pool: Pool,
    @Inject(LOGGER) logger: Logger,
  ) {
    const follow = async (): Promise<boolean> => {
      await this.readToEnd();
      return false;
    };
    const failed = (error: unknown): void => {
      const failure = error instanceof Error ? error.name : 'unknown';
      logger.warn({ failure }, 'subject-streams.interrupted');
    };
    this.loop = new Loop(follow, { pauseMs: restMs, failed });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /**
   * Every stream with events about the person, including everything acknowledged before this call.
   *
   * @throws EventStoreUnavailable the log does not settle, so the list could be incomplete
   */
  async of(subjectId: string): Promise<SubjectStream[]> {
    await this.store.settled();
    await this.readToEnd();
    const { rows } = await this.pool.query<{ stream: string; since_revision: string }>(
      'SELECT stream, since_revision FROM rights.subject_stream WHERE subject_id = $1 ORDER BY stream',
      [subjectId],
    );
    return rows.map((row) => ({ stream: row.stream, sinceRevision: BigInt(row.since_revision) }));
  }

  /** Starts a new read, because one that began earlier may already have passed the end. */
  private readToEnd(): Promise<void> {
    const reading = this.reading.then(() => this.readPages());
    this.reading = reading.catch(() => undefined);
    return reading;
  }

  private async readPages(): Promise<void> {
    for (let after = await this.position(); ;) {
      const page = await this.store.readAll({ after });
      if (page.checkpoint === null || page.checkpoint === after) return;
      await this.take(page.events, page.checkpoint);
      after = page.checkpoint;
    }
  }

  private async position(): Promise<bigint | null> {
    const { rows } = await this.pool.query<{ position: string }>('SELECT position FROM rights.subject_stream_mark');
    return rows[0] === undefined ? null : BigInt(rows[0].position);
  }

  private async take(events: readonly RecordedEvent[], position: bigint): Promise<void> {
    const first = new Map<string, readonly [subjectId: string, stream: string, revision: string]>();
    for (const event of events) {
      for (const subjectId of subjectsOf(event)) {
        const key = `${subjectId}/${event.stream}`;
        if (!first.has(key)) first.set(key, [subjectId, event.stream, String(event.revision)]);
      }
    }
    // The same order everywhere, so that two processes cannot deadlock.
    const rows = [...first].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    await this.pool.query(
      `WITH found AS (
         INSERT INTO rights.subject_stream (subject_id, stream, since_revision)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING)
       INSERT INTO rights.subject_stream_mark AS mark (one, position) VALUES (true, $4)
       ON CONFLICT (one) DO UPDATE SET position = greatest(mark.position, excluded.position)`,
      [rows.map(([id]) => id), rows.map(([, stream]) => stream), rows.map(([, , at]) => at), String(position)],
    );
  }
}
