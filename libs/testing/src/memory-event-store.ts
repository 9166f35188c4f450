import {
  type AppendResult,
  EventStore,
  type LogPage,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  requireAppendable,
  requireStorable,
  RevisionConflict,
  streamCategory,
  type SubscribeOptions,
} from '@dittoo/kernel';

const copyOf = ({ data, metadata, ...rest }: RecordedEvent): RecordedEvent => ({
  ...rest,
  ...(JSON.parse(JSON.stringify({ data, metadata })) as Pick<RecordedEvent, 'data' | 'metadata'>),
});

/**
 * The event store as a list in memory: the same results, refusals and promises as the real ones, nothing stored.
 * Appended events are copied, so later changes by the caller do not reach the log.
 */
export class MemoryEventStore extends EventStore {
  override readonly densePositions: boolean;
  private readonly log: RecordedEvent[] = [];
  private readonly streams = new Map<string, RecordedEvent[]>();
  private readonly byId = new Map<string, RecordedEvent>();
  private readonly waiting = new Set<() => void>();

  /** @param positionStep distance between two positions; more than 1 reveals code that wrongly relies on dense ones */
  constructor(private readonly positionStep = 1n) {
    super();
    this.densePositions = positionStep === 1n;
  }

  override async append(
    stream: string,
    events: readonly NewEvent[],
    expectedRevision: bigint | 'no-stream',
  ): Promise<AppendResult> {
    requireAppendable(stream, events, expectedRevision);
    const copies = events.map((event) => {
      const [data, metadata] = [JSON.stringify(event.data), JSON.stringify(event.metadata)];
      requireStorable(data, metadata);
      return { ...event, data: JSON.parse(data), metadata: JSON.parse(metadata) } as NewEvent;
    });
    const history = this.streams.get(stream) ?? [];
    const actual = BigInt(history.length) - 1n;
    const expected = expectedRevision === 'no-stream' ? -1n : expectedRevision;
    const known = copies.map(({ eventId }) => this.byId.get(eventId));
    const elsewhere = known.find((event) => event !== undefined && event.stream !== stream);
    if (elsewhere !== undefined) {
      throw new Error(`event ${elsewhere.eventId} is already in ${elsewhere.stream}: an id is never used twice`);
    }
    if (known.every((event, index) => event?.revision === expected + 1n + BigInt(index))) {
      return { revision: expected + BigInt(copies.length) };
    }
    if (actual !== expected || known.some((event) => event !== undefined)) {
      throw new RevisionConflict(stream, expectedRevision, actual < 0n ? null : actual);
    }
    for (const [index, copy] of copies.entries()) {
      const recorded: RecordedEvent = {
        ...copy,
        stream,
        revision: expected + 1n + BigInt(index),
        position: BigInt(this.log.length) * this.positionStep,
      };
      this.log.push(recorded);
      history.push(recorded);
      this.byId.set(copy.eventId, recorded);
    }
    this.streams.set(stream, history);
    for (const wake of this.waiting) wake();
    return { revision: expected + BigInt(copies.length) };
  }

  override async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const history = this.streams.get(stream) ?? [];
    const { fromRevision, limit = Number.MAX_SAFE_INTEGER } = options;
    const chosen =
      options.direction === 'backwards'
        ? history.filter(({ revision }) => fromRevision === undefined || revision <= fromRevision).reverse()
        : history.filter(({ revision }) => fromRevision === undefined || revision >= fromRevision);
    for (const event of chosen.slice(0, limit)) yield copyOf(event);
  }

  override async readAll({ after, limit = 1000, categories }: ReadAllOptions): Promise<LogPage> {
    // As in EventStoreDB: reading cannot start at a position without an event.
    if (after !== null && !this.densePositions && after % this.positionStep !== 0n) {
      throw new RangeError(`${after} is not a position of this log`);
    }
    const start = after === null ? 0 : this.log.findIndex(({ position }) => position > after);
    const scanned = start < 0 ? [] : this.log.slice(start, start + limit);
    return {
      after,
      events: scanned.filter(({ stream }) => categories?.includes(streamCategory(stream)) ?? true).map(copyOf),
      checkpoint: scanned.at(-1)?.position ?? after,
    };
  }

  override async *subscribeToAll({ signal, ...options }: SubscribeOptions): AsyncGenerator<LogPage> {
    for (let after = options.after; !signal.aborted;) {
      const seen = this.log.length;
      const page = await this.readAll({ ...options, after });
      if (page.checkpoint === after) {
        if (this.log.length > seen || signal.aborted) continue; // appended, or ended, between the check and the wait
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            this.waiting.delete(wake);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          this.waiting.add(wake);
          signal.addEventListener('abort', wake);
        });
      } else {
        after = page.checkpoint;
        yield page;
      }
    }
  }
}
