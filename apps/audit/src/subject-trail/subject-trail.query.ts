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
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { NumberedLog } from '../seal/numbered-log.js';
import { revisionRuns, type TrailRow } from './revision-runs.js';

const definitions: SchemaMap = schemaMap;
const readsAtOnce = 6;

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
  readonly type?: string;
}

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
  async events(subjectId: SubjectId, filter: TrailFilter = {}): Promise<TrailEvent[]> {
    const [rows, erasures] = await Promise.all([
      this.rows(subjectId, filter),
      this.rows(subjectId, { type: 'SubjectKeysDestroyed' }),
    ]);
    const [opened, destroyed] = [await this.open(rows), await this.open(erasures)];
    const retained = retainedBy(destroyed);
    return opened.map((event) => shown(subjectId, event, retained));
  }

  private async rows(subjectId: SubjectId, { from, to, type }: TrailFilter): Promise<TrailRow[]> {
    const { rows } = await this.pool.query<{ position: string; stream: string; revision: string; event_id: string }>(
      `SELECT position, stream, revision, event_id FROM audit.subject_trail
       WHERE subject_id = $1 AND ($2::timestamptz IS NULL OR recorded_at >= $2)
         AND ($3::timestamptz IS NULL OR recorded_at <= $3) AND ($4::text IS NULL OR type = $4)
       ORDER BY position`,
      [subjectId, from ?? null, to ?? null, type ?? null],
    );
    const numbers = await this.log.numbersOf(rows.map(({ position }) => BigInt(position)));
    return rows.map((row) => ({
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
    return this.sealer.open(found);
  }
}

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
    if (isSecret(name) && !isErased(value)) continue;
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
const isSecret = (field: string): boolean => /^(password|token|secret)|(Hash|Token|Secret)$/i.test(field);

/** A personnummer is shown in full only by its reveal route, after the password was entered, and never here. */
const masked = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{12}$/.test(value) ? maskedPersonnummer(value) : value;
