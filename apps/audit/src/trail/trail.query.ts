import { EventStore, type RecordedEvent } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

const pageSize = 200;
/** Proxies cut what is silent for a minute. */
const heartbeatMs = 15_000;

export interface WholeTrailFilter {
  readonly fromPosition: bigint | null;
  /** RFC 3339. */
  readonly fromTime: string | null;
  readonly type: string | null;
}

/** The whole log as text, sealed as it is: this opens nothing. A page is read when the one before has been taken. */
@Injectable()
export class WholeTrail {
  constructor(
    private readonly store: EventStore,
    @Inject(ROW_POOL) private readonly pool: Pool,
  ) {}

  /** NDJSON from `filter` to the end of the log as it is then. */
  async *ndjson(filter: WholeTrailFilter): AsyncGenerator<string> {
    for (let after = before(filter.fromPosition); ;) {
      const page = await this.store.readAll({ after, limit: pageSize });
      if (page.checkpoint === null || page.checkpoint === after) return;
      after = page.checkpoint;
      const text = page.events.filter(passes(filter)).map((event) => `${JSON.stringify(asJson(event))}\n`);
      if (text.length > 0) yield text.join('');
    }
  }

  /** The last position the seal has come to; `null` = the log is empty. */
  async end(): Promise<bigint | null> {
    const { rows } = await this.pool.query<{ position: string | null }>(
      'SELECT max(position) AS position FROM audit.leaf',
    );
    return rows[0]?.position == null ? null : BigInt(rows[0].position);
  }

  /** Server-sent events after `after` and for ever; ends by `signal`. */
  async *live(after: bigint | null, type: string | null, signal: AbortSignal): AsyncGenerator<string> {
    const own = new AbortController();
    const ends = AbortSignal.any([signal, own.signal]);
    const pages = this.store.subscribeToAll({ after, limit: pageSize, signal: ends })[Symbol.asyncIterator]();
    const wanted = passes({ fromPosition: null, fromTime: null, type });
    try {
      yield ': the trail from here on\n\n';
      for (let next = pages.next(); !signal.aborted;) {
        const page = await within(heartbeatMs, next);
        if (page === 'later') {
          yield ': still here\n\n';
          continue;
        }
        if (page.done === true) return;
        next = pages.next();
        const text = page.value.events
          .filter(wanted)
          .map((event) => `id: ${event.position}\ndata: ${JSON.stringify(asJson(event))}\n\n`);
        if (text.length > 0) yield text.join('');
      }
    } finally {
      own.abort();
      await pages.return?.(undefined);
    }
  }
}

const before = (position: bigint | null): bigint | null =>
  position === null || position === 0n ? null : position - 1n;

const passes =
  ({ fromTime, type }: WholeTrailFilter) =>
  (event: RecordedEvent): boolean =>
    (type === null || event.type === type) &&
    (fromTime === null || Date.parse(event.metadata.recordedAt) >= Date.parse(fromTime));

const asJson = ({ data, eventId, metadata, position, revision, stream, type }: RecordedEvent) => ({
  position: Number(position),
  stream,
  revision: Number(revision),
  eventId,
  type,
  recordedAt: metadata.recordedAt,
  metadata,
  data,
});

const within = async <T>(ms: number, promise: Promise<T>): Promise<T | 'later'> => {
  let timer: NodeJS.Timeout | undefined;
  const later = new Promise<'later'>((resolve) => {
    timer = setTimeout(resolve, ms, 'later');
  });
  return Promise.race([promise, later]).finally(() => clearTimeout(timer));
};
