import { schemaMap } from '@dittoo/contracts';
import {
  EventStore,
  isErased,
  Sealer,
  type Actor,
  type EventId,
  type FieldClass,
  type OpenedEvent,
  type RecordedEvent,
  type SchemaMap,
  type SubjectId,
} from '@dittoo/kernel';
import { maskedPersonnummer } from '@dittoo/personal-data';
import { ROW_POOL } from '@dittoo/platform';
import { decodeCursor, pageOf, type Page } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { setImmediate } from 'node:timers/promises';
import type { Pool } from 'pg';
import { NumberedLog } from '../seal/numbered-log.js';
import { revisionRuns, type TrailRow } from './revision-runs.js';

const definitions: SchemaMap = schemaMap;
const readsAtOnce = 6;
/** So many events are opened before other requests get their turn. */
const openedAtOnce = 100;

export interface Retained {
  readonly category: string;
  readonly reason: string;
  readonly until: string;
}

/** One event of a person's trail as it may be shown. */
export interface TrailEvent {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly eventId: EventId;
  readonly type: string;
  readonly recordedAt: string;
  readonly actor: Actor;
  readonly causationId: string;
  readonly correlationId: string;
  /** The recorded values, `Erased` where the key is destroyed. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly retained?: Retained;
}

export interface TrailFilter {
  /** RFC 3339, both inclusive. */
  readonly from?: string;
  readonly to?: string;
  readonly types?: readonly string[];
}

/** Which part of a list: at most `limit` items after the page whose `nextCursor` was `cursor`. */
export interface Part {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A row with its place in the trail, from which a cursor is made. */
type PlacedRow = TrailRow & { readonly place: string };

/**
 * A person's history, opened on request. The trail has the positions of the events, which are read from the store in
 * runs, so that ten thousand events need only a few reads.
 */
@Injectable()
export class SubjectTrail {
  constructor(
    @Inject(ROW_POOL) private readonly pool: Pool,
    private readonly store: EventStore,
    private readonly sealer: Sealer,
    private readonly log: NumberedLog,
  ) {}

  /**
   * Oldest first.
   *
   * @throws KeyMissing a key row is missing: this is not an erasure and needs an operator
   */
  async events(subjectId: SubjectId, filter: TrailFilter, { cursor, limit }: Part): Promise<Page<TrailEvent>> {
    const after = cursor === undefined ? null : positionIn(cursor);
    const { items, nextCursor } = pageOf(await this.rows(subjectId, filter, after, limit + 1), limit, placeOf);
    return { items: await this.shown(subjectId, items), nextCursor };
  }

  /**
   * The events of the next `limit` streams that concern the person, whole and oldest first; streams in the order in
   * which they began.
   */
  async streams(subjectId: SubjectId, to: string, { cursor, limit }: Part): Promise<Page<TrailEvent>> {
    const { rows } = await this.pool.query<{ stream: string; place: string }>(
      `SELECT stream, min(position) AS place FROM audit.subject_trail
       WHERE subject_id = $1 AND recorded_at <= $2
       GROUP BY stream HAVING $3::bigint IS NULL OR min(position) > $3 ORDER BY 2 LIMIT $4`,
      [subjectId, to, cursor === undefined ? null : positionIn(cursor), limit + 1],
    );
    const { items, nextCursor } = pageOf(rows, limit, placeOf);
    const events = await this.rows(subjectId, { to }, null, null, items.map(({ stream }) => stream)); // prettier-ignore
    return { items: await this.shown(subjectId, events), nextCursor };
  }

  private async shown(subjectId: SubjectId, rows: readonly TrailRow[]): Promise<TrailEvent[]> {
    const erasures = await this.rows(subjectId, { types: ['SubjectKeysDestroyed'] }, null, null);
    const retained = retainedBy(await this.open(erasures));
    return (await this.open(rows)).map((event) => shown(subjectId, event, retained));
  }

  private async rows(
    subjectId: SubjectId,
    { from, to, types }: TrailFilter,
    after: string | null,
    limit: number | null,
    streams: readonly string[] | null = null,
  ): Promise<PlacedRow[]> {
    const { rows } = await this.pool.query<{ position: string; stream: string; revision: string; event_id: string }>(
      `SELECT position, stream, revision, event_id FROM audit.subject_trail
       WHERE subject_id = $1 AND ($2::timestamptz IS NULL OR recorded_at >= $2)
         AND ($3::timestamptz IS NULL OR recorded_at <= $3) AND ($4::text[] IS NULL OR type = ANY ($4))
         AND ($5::bigint IS NULL OR position > $5) AND ($6::text[] IS NULL OR stream = ANY ($6))
       ORDER BY position LIMIT $7`,
      [subjectId, from ?? null, to ?? null, types ?? null, after, streams, limit],
    );
    const numbers = await this.log.numbersOf(rows.map(({ position }) => BigInt(position)));
    return rows.map((row) => ({
      place: row.position,
      position: numbers.get(BigInt(row.position))!,
      stream: row.stream,
      revision: BigInt(row.revision),
      eventId: row.event_id,
    }));
  }

  private async open(rows: readonly TrailRow[]): Promise<OpenedEvent[]> {
    const wanted = new Map(rows.map((row) => [row.eventId, row.position]));
    const found: RecordedEvent[] = [];
    const runs = revisionRuns(rows);
    const reader = async (): Promise<void> => {
      for (let run = runs.pop(); run !== undefined; run = runs.pop()) {
        const options = { fromRevision: run.first, limit: Number(run.last - run.first) + 1 };
        for await (const event of this.store.readStream(run.stream, options)) {
          const position = wanted.get(event.eventId);
          if (position !== undefined) found.push({ ...event, position });
        }
      }
    };
    await Promise.all(Array.from({ length: readsAtOnce }, reader));
    found.sort((a, b) => Number(a.position - b.position));
    const opened: OpenedEvent[] = [];
    for (let first = 0; first < found.length; first += openedAtOnce) {
      if (first > 0) await setImmediate();
      opened.push(...(await this.sealer.open(found.slice(first, first + openedAtOnce))));
    }
    return opened;
  }
}

const placeOf = ({ place }: { readonly place: string }): readonly string[] => [place];

/** @throws DomainError `invalid-field` when it is not a cursor of this list */
const positionIn = (cursor: string): string => decodeCursor(cursor, 'number')[0]!;

/** By category, the data retained by the last erasure, without what was destroyed since. */
const retainedBy = (erasures: readonly OpenedEvent[]): ReadonlyMap<string, Retained> => {
  const retained = new Map<string, Retained>();
  for (const { recorded } of erasures) {
    for (const { category } of listOf<{ category: string }>(recorded.data['keys'])) retained.delete(category);
    for (const kept of listOf<Retained>(recorded.data['retained'])) retained.set(kept.category, kept);
  }
  return retained;
};

const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? (value as T[]) : []);

const shown = (
  subjectId: SubjectId,
  { event, recorded }: OpenedEvent,
  retained: ReadonlyMap<string, Retained>,
): TrailEvent => {
  const { actor, causationId, correlationId, dataSubjectId, recordedAt } = recorded.metadata;
  const classes: { readonly [field: string]: FieldClass } = definitions[recorded.type]?.fields ?? {};
  const fields: Record<string, unknown> = {};
  let kept: Retained | undefined;
  for (const [name, value] of Object.entries(event.data)) {
    const fieldClass = classes[name];
    const category = fieldClass?.kind === 'personal' ? fieldClass.category : null;
    if (category !== null && dataSubjectId === subjectId) kept ??= retained.get(category);
    if (isSecret(fieldClass) && !isErased(value)) continue;
    fields[name] = category === 'personnummer' ? masked(value) : value;
  }
  return {
    position: Number(recorded.position),
    stream: recorded.stream,
    revision: Number(recorded.revision),
    eventId: recorded.eventId,
    type: recorded.type,
    recordedAt,
    actor,
    causationId,
    correlationId,
    fields,
    ...(kept === undefined ? {} : { retained: kept }),
  };
};

/** Secrets that prove an identity are shown to nobody. That one was erased may be shown. */
const isSecret = (fieldClass: FieldClass | undefined): boolean =>
  fieldClass?.kind === 'personal' && fieldClass.secret === true;

/** A personnummer is shown in full only by its reveal route, after the password was entered, and never here. */
const masked = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{12}$/.test(value) ? maskedPersonnummer(value) : value;
