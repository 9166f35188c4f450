/*
 * Writes appends to PostgreSQL: one statement each, in its own transaction. While other statements are running,
 * arriving appends share one (group commit). The requests of a group succeed or fail together; if they fail, each is
 * retried alone, so a conflict of one request only delays the others.
 *
 * If the process dies here, a statement was committed or not; the caller finds out by repeating it with the same event
 * ids.
 */
import {
  type AppendResult,
  EventStoreUnavailable,
  leafHashOf,
  type NewEvent,
  requireAppendable,
  requireStorable,
  RevisionConflict,
  pause,
} from '@dittoo/kernel';
import type pg from 'pg';
import { bigintArray, bytesArray, jsonbArray, textArray, uuidArray } from './binary-array.js';
import { canonicalEvent, canonicalLeaf } from './canonical.js';
import { isUnavailable } from './unavailable.js';

interface Row {
  readonly revision: bigint;
  readonly eventId: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
  readonly recordedAt: string;
  readonly leafHash: Buffer;
}

interface Request {
  readonly stream: string;
  /** -1 = no stream. */
  readonly expected: bigint;
  readonly rows: readonly Row[];
}

interface Waiting extends Request {
  readonly settle: (written: boolean | Promise<boolean>) => void;
}

export interface AppenderOptions {
  /** Most concurrent statements; further appends are grouped. */
  readonly maxStatements: number;
  readonly maxGroupRows: number;
}

/** Pauses before an append whose outcome is unknown is repeated. */
const retryPausesMs = [50, 200, 800];

const appendOne = `
INSERT INTO event_store.es_event (stream_id, revision, event_id, type, data, meta, recorded_at, leaf_hash)
SELECT $1::text, $2::bigint, $3::uuid, $4::text, $5::jsonb, $6::jsonb, $7::timestamptz, $8::bytea
 WHERE $2::bigint = 0 OR EXISTS (SELECT 1 FROM event_store.es_event WHERE stream_id = $1::text AND revision = $2::bigint - 1)`;

// $8, $9: the revisions the requests build on; LIMIT 1 keeps each of them an index lookup. The arrays are in SELECTs so
// that the planner does not see their lengths: it would plan every statement anew
const appendMany = `
INSERT INTO event_store.es_event (stream_id, revision, event_id, type, data, meta, recorded_at, leaf_hash)
SELECT stream_id, revision, event_id, type, data, meta, (meta ->> 'recordedAt')::timestamptz, leaf_hash
  FROM unnest((SELECT $1::text[]), (SELECT $2::bigint[]), (SELECT $3::uuid[]), (SELECT $4::text[]),
              (SELECT $5::jsonb[]), (SELECT $6::jsonb[]), (SELECT $7::bytea[]))
    AS e (stream_id, revision, event_id, type, data, meta, leaf_hash)
 WHERE (SELECT coalesce(bool_and((SELECT true FROM event_store.es_event s
                                   WHERE s.stream_id = g.stream_id AND s.revision = g.revision LIMIT 1) IS NOT NULL), true)
          FROM unnest((SELECT $8::text[]), (SELECT $9::bigint[])) AS g (stream_id, revision))`;

export class Appender {
  private statements = 0;
  private readonly queue: Waiting[] = [];
  private flushing = false;

  constructor(
    private readonly pool: pg.Pool,
    private readonly options: AppenderOptions,
    private readonly onAppended: () => void,
  ) {}

  async append(
    stream: string,
    events: readonly NewEvent[],
    expectedRevision: bigint | 'no-stream',
  ): Promise<AppendResult> {
    requireAppendable(stream, events, expectedRevision);
    const expected = expectedRevision === 'no-stream' ? -1n : expectedRevision;
    const request: Request = { stream, expected, rows: rowsOf(stream, events, expected) };
    for (let attempt = 0; ; attempt++) {
      try {
        if (!(await this.write(request))) await this.explain(request, expectedRevision);
        this.onAppended();
        return { revision: expected + BigInt(events.length) };
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        const waitMs = retryPausesMs[attempt];
        if (waitMs === undefined) throw new EventStoreUnavailable(error);
        await pause(waitMs);
      }
    }
  }

  /** @returns false = another event has one of the revisions, or the preceding revision does not exist */
  private write(request: Request): Promise<boolean> {
    if (this.statements < this.options.maxStatements && this.queue.length === 0) return this.send([request]);
    if (request.rows.length > this.options.maxGroupRows / 2) return this.send([request]);
    return new Promise((settle) => {
      this.queue.push({ ...request, settle });
    });
  }

  private async send(requests: readonly Request[]): Promise<boolean> {
    this.statements += 1;
    try {
      return await this.execute(requests);
    } finally {
      this.statements -= 1;
      this.flushSoon();
    }
  }

  private flushSoon(): void {
    if (this.flushing || this.queue.length === 0) return;
    this.flushing = true;
    setImmediate(() => {
      this.flushing = false;
      while (this.queue.length > 0 && this.statements < this.options.maxStatements) this.sendGroup(this.takeGroup());
    });
  }

  /** Takes requests from the front of the queue, no stream twice: a statement does not see its own rows. */
  private takeGroup(): Waiting[] {
    const streams = new Set<string>();
    const group: Waiting[] = [];
    const left: Waiting[] = [];
    let rows = 0;
    for (const waiting of this.queue) {
      const fits = group.length === 0 || rows + waiting.rows.length <= this.options.maxGroupRows;
      if (fits && !streams.has(waiting.stream)) {
        group.push(waiting);
        rows += waiting.rows.length;
      } else {
        left.push(waiting);
      }
      streams.add(waiting.stream);
    }
    this.queue.splice(0, this.queue.length, ...left);
    return group;
  }

  private sendGroup(group: Waiting[]): void {
    // the same order everywhere, so that two groups with the same two streams cannot deadlock
    group.sort((a, b) => (a.stream < b.stream ? -1 : 1));
    this.send(group).then(
      (written) => {
        for (const waiting of group) waiting.settle(written || (group.length > 1 && this.send([waiting])));
      },
      (error: unknown) => {
        const alone = group.length > 1 && !isUnavailable(error); // one of them is malformed: only that one gets the error
        for (const waiting of group) waiting.settle(alone ? this.send([waiting]) : Promise.reject(error as Error));
      },
    );
  }

  private async execute(requests: readonly Request[]): Promise<boolean> {
    try {
      const [request] = requests as readonly [Request];
      const [row] = request.rows as readonly [Row];
      if (requests.length === 1 && request.rows.length === 1) {
        const { rowCount } = await this.pool.query({
          name: 'es-append-one',
          text: appendOne,
          values: [
            ...[request.stream, row.revision, row.eventId, row.type, row.data, row.metadata],
            ...[row.recordedAt, row.leafHash],
          ],
        });
        return rowCount === 1;
      }
      const rows = requests.flatMap(({ stream, rows: own }) => own.map((one) => ({ stream, ...one })));
      const building = requests.filter(({ expected }) => expected >= 0n);
      const { rowCount } = await this.pool.query({
        name: 'es-append-many',
        text: appendMany,
        values: [
          textArray(rows.map(({ stream }) => stream)),
          bigintArray(rows.map(({ revision }) => revision)),
          uuidArray(rows.map(({ eventId }) => eventId)),
          textArray(rows.map(({ type }) => type)),
          jsonbArray(rows.map(({ data }) => data)),
          jsonbArray(rows.map(({ metadata }) => metadata)),
          bytesArray(rows.map(({ leafHash }) => leafHash)),
          textArray(building.map(({ stream }) => stream)),
          bigintArray(building.map(({ expected }) => expected)),
        ],
      });
      return rowCount === rows.length;
    } catch (error) {
      if ((error as { code?: string }).code === '23505') return false;
      throw error;
    }
  }

  /** Finds out why the events were not written. Returns if they are there already, as on a repeat. */
  private async explain(request: Request, expectedRevision: bigint | 'no-stream'): Promise<void> {
    const { rows: existing } = await this.pool.query<{ event_id: string; stream_id: string; revision: string }>({
      name: 'es-known',
      text: `SELECT event_id::text, stream_id, revision::text FROM event_store.es_event WHERE event_id = ANY ($1::uuid[])`,
      values: [uuidArray(request.rows.map(({ eventId }) => eventId))],
    });
    const elsewhere = existing.find(({ stream_id }) => stream_id !== request.stream);
    if (elsewhere !== undefined) {
      throw new Error(`event ${elsewhere.event_id} is already in ${elsewhere.stream_id}: an id is never used twice`);
    }
    const revisions = new Map(existing.map(({ event_id, revision }) => [event_id, revision]));
    if (request.rows.every(({ eventId, revision }) => revisions.get(eventId.toLowerCase()) === String(revision)))
      return;
    const { rows: last } = await this.pool.query<{ revision: string }>({
      name: 'es-last',
      text: `SELECT revision::text FROM event_store.es_event WHERE stream_id = $1 ORDER BY es_event.revision DESC LIMIT 1`,
      values: [request.stream],
    });
    const actual = last[0]?.revision;
    throw new RevisionConflict(request.stream, expectedRevision, actual === undefined ? null : BigInt(actual));
  }
}

const rowsOf = (stream: string, events: readonly NewEvent[], expected: bigint): Row[] =>
  events.map((event, index) => {
    const revision = expected + 1n + BigInt(index);
    const canonical = canonicalEvent(event);
    requireStorable(canonical.data, canonical.metadata);
    return {
      revision,
      eventId: event.eventId,
      type: event.type,
      data: canonical.data,
      metadata: canonical.metadata,
      recordedAt: event.metadata.recordedAt,
      leafHash: leafHashOf(canonicalLeaf(stream, revision, event, canonical)),
    };
  });
