/*
 * Reads streams from PostgreSQL. Reads that begin together, or while others are running, share a statement: a page of
 * events that needs many streams costs one round trip, as appends to many streams do.
 */
import { EventStoreUnavailable, type EventMetadata, type JsonObject } from '@dittoo/kernel';
import type pg from 'pg';
import { bigintArray, textArray } from './binary-array.js';
import { columnParsers as types } from './column-parsers.js';
import { reaching } from './unavailable.js';

export type StreamRow = [bigint, string, string, JsonObject, EventMetadata, bigint | null];

export interface StreamPage {
  readonly rows: readonly StreamRow[];
  /** Whether the stream may continue after these. */
  readonly more: boolean;
}

interface Waiting {
  readonly stream: string;
  readonly from: bigint;
  readonly limit: number;
  resolve(page: StreamPage): void;
  reject(error: unknown): void;
}

/** Most concurrent statements for first pages; further reads share statements. */
const maxStatements = 2;
const maxStreams = 100;
/** Most events of one stream in a shared statement; the rest of a longer stream is read by its own statements. */
const sharedLimit = 100;

/*
 * The limits are part of the text, because the planner must know that a page is small; few sizes are in use, so few
 * plans are cached. The statements are planned once, perhaps on an empty log: so neither joins the two tables, which
 * would then be planned as a scan of the whole other table and become slower with the log until ANALYZE runs.
 */
const columns = `e.revision, e.event_id, e.type, e.data, e.meta,
       (SELECT l.position FROM event_store.es_log l WHERE l.seq = e.seq) AS position`;

const onePage = (backwards: boolean, limit: number): string => `
SELECT ${columns}
  FROM event_store.es_event e
 WHERE e.stream_id = $1 AND e.revision ${backwards ? '<=' : '>='} $2
 ORDER BY e.revision ${backwards ? 'DESC' : 'ASC'} LIMIT ${limit}`;

// The arrays are in SELECTs so that the planner does not see their lengths: it would plan every statement anew.
const manyPages = `
SELECT s.*, r.number
  FROM unnest((SELECT $1::text[]), (SELECT $2::bigint[])) WITH ORDINALITY AS r (stream_id, first, number),
       LATERAL (SELECT ${columns} FROM event_store.es_event e
                 WHERE e.stream_id = r.stream_id AND e.revision >= r.first
                 ORDER BY e.revision LIMIT ${sharedLimit}) s
 ORDER BY r.number, s.revision`;

export class StreamReads {
  private statements = 0;
  private readonly queue: Waiting[] = [];
  private willSend = false;

  constructor(private readonly pool: pg.Pool) {}

  /** Reads the first page of a stream, forwards; may share its statement. */
  begin(stream: string, from: bigint, limit: number): Promise<StreamPage> {
    return new Promise((resolve, reject) => {
      this.queue.push({ stream, from, limit, resolve, reject });
      this.sendSoon();
    });
  }

  /** Reads one page with its own statement. */
  async page(stream: string, from: bigint, backwards: boolean, limit: number): Promise<StreamPage> {
    const { rows } = await reaching(() =>
      this.pool.query<StreamRow>({
        name: `es-stream-${backwards ? 'back-' : ''}${limit}`,
        text: onePage(backwards, limit),
        values: [stream, from],
        rowMode: 'array',
        types,
      }),
    );
    return { rows, more: rows.length === limit };
  }

  /** Waits for the reads that begin in the same turn of the event loop. */
  private sendSoon(): void {
    if (this.willSend || this.statements >= maxStatements) return;
    this.willSend = true;
    queueMicrotask(() => {
      this.willSend = false;
      while (this.queue.length > 0 && this.statements < maxStatements) void this.send(this.queue.splice(0, maxStreams));
    });
  }

  private async send(group: readonly Waiting[]): Promise<void> {
    this.statements += 1;
    try {
      const pages = group.length === 1 ? [await this.alone(group[0]!)] : await this.together(group);
      for (const [index, waiting] of group.entries()) waiting.resolve(pages[index]!);
    } catch (error) {
      // One of them is the reason: each is tried alone, so that the others are not told of it.
      const alone = group.length > 1 && !(error instanceof EventStoreUnavailable);
      for (const waiting of group) {
        if (alone) this.alone(waiting).then(waiting.resolve, waiting.reject);
        else waiting.reject(error);
      }
    } finally {
      this.statements -= 1;
      this.sendSoon();
    }
  }

  private alone({ from, limit, stream }: Waiting): Promise<StreamPage> {
    return this.page(stream, from, false, limit);
  }

  private async together(group: readonly Waiting[]): Promise<StreamPage[]> {
    const { rows } = await reaching(() =>
      this.pool.query<[...StreamRow, bigint]>({
        name: 'es-streams',
        text: manyPages,
        values: [textArray(group.map(({ stream }) => stream)), bigintArray(group.map(({ from }) => from))],
        rowMode: 'array',
        types,
      }),
    );
    const byNumber = group.map((): StreamRow[] => []);
    for (const [revision, eventId, type, data, metadata, position, number] of rows) {
      byNumber[Number(number) - 1]!.push([revision, eventId, type, data, metadata, position]);
    }
    return byNumber.map((page, index) => {
      const { limit } = group[index]!;
      return limit <= page.length
        ? { rows: page.slice(0, limit), more: true }
        : { rows: page, more: page.length === sharedLimit };
    });
  }
}
