import { EventStore, type RecordedEvent } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { NumberedLog } from '../seal/numbered-log.js';

const pageSize = 200;
/** Proxies cut connections that are idle for a minute. */
const heartbeatMs = 15_000;

export interface WholeTrailFilter {
  readonly fromPosition: bigint | null;
  /** RFC 3339. */
  readonly fromTime: string | null;
  readonly type: string | null;
}

/** The whole log as text; personal fields stay sealed. A page is read when the previous one was consumed. */
@Injectable()
export class WholeTrail {
  constructor(
    private readonly store: EventStore,
    private readonly log: NumberedLog,
  ) {}

  /** NDJSON from `filter` to the current end of the log. */
  async *ndjson(filter: WholeTrailFilter): AsyncGenerator<string> {
    let { after, next } = await this.log.before(filter.fromPosition ?? 0n);
    for (;;) {
      const page = await this.store.readAll({ after, limit: pageSize });
      if (page.checkpoint === null || page.checkpoint === after) return;
      after = page.checkpoint;
      const events = this.log.numbered(page.events, next);
      next += BigInt(events.length);
      const text = events.filter(passes(filter)).map((event) => `${JSON.stringify(asJson(event))}\n`);
      if (text.length > 0) yield text.join('');
    }
  }

  /** The last sealed position; `null` = the log is empty. */
  end(): Promise<bigint | null> {
    return this.log.end();
  }

  /** Server-sent events after `after`, without end until `signal` aborts. */
  async *live(after: bigint | null, type: string | null, signal: AbortSignal): AsyncGenerator<string> {
    const own = new AbortController();
    const ends = AbortSignal.any([signal, own.signal]);
    const fromPosition = after === null ? 0n : after + 1n;
    const begin = await this.log.before(fromPosition);
    let number = begin.next;
    const follow = { after: begin.after, limit: pageSize, signal: ends };
    const pages = this.store.subscribeToAll(follow)[Symbol.asyncIterator]();
    const wanted = passes({ fromPosition, fromTime: null, type });
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
        const events = this.log.numbered(page.value.events, number);
        number += BigInt(events.length);
        const text = events
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

const passes =
  ({ fromPosition, fromTime, type }: WholeTrailFilter) =>
  (event: RecordedEvent): boolean =>
    (fromPosition === null || event.position >= fromPosition) &&
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
