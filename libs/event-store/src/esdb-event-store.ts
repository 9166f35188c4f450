import {
  backOffMs,
  pause,
  type AppendResult,
  EventStore,
  EventStoreUnavailable,
  type LogPage,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  requireAppendable,
  RevisionConflict,
  streamCategory,
  type SubscribeOptions,
} from '@dittoo/kernel';
import {
  BACKWARDS,
  END,
  FORWARDS,
  NO_STREAM,
  START,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type AllStreamResolvedEvent,
  type EventData,
  type ResolvedEvent,
} from '@eventstore/db-client';
import type { EsdbAddress } from './esdb-address.js';
import { EsdbConnection, failureOf, inOurWords, isPassing, type EsdbConnectionOptions } from './esdb-connection.js';
import { fromEsdb, isSystemStream, positionOf, toEsdb } from './esdb-event.js';
import { followOnce, place } from './esdb-follow.js';
import { LogBroken } from './log-broken.js';
import type { SequencerLog } from './postgres-sequencer.js';

export interface EventStoreDbOptions extends EsdbConnectionOptions {
  /** Logs `event-store.subscription-lost`, with codes and numbers only. */
  readonly onLog?: SequencerLog;
}

const pageSize = 500;
/** Fewest events read at once: a small page would need many requests where the server's own events are in between. */
const leastScanned = 100;
/** Pauses before the repeats of an append whose outcome is unknown. */
const retryPausesMs = [50, 200, 800, 2_000];

/**
 * The event store on EventStoreDB. Positions are byte offsets: they grow and are not dense. The log is everything in
 * `$all` outside system streams, so the shop needs a server of its own: an event that another program wrote is
 * `LogBroken`.
 *
 * Not detected, because the server does not detect it: an event id that is already used elsewhere in the log.
 */
export class EventStoreDbEventStore extends EventStore {
  private readonly connection: EsdbConnection;
  private readonly onLog: SequencerLog;

  /** Connects at the first call, reconnects after every loss, and never gives up. */
  constructor(address: EsdbAddress, options: EventStoreDbOptions = {}) {
    super();
    this.connection = new EsdbConnection(address, options);
    this.onLog = options.onLog ?? (() => undefined);
  }

  /** E4: opens the connection and tests the needed permissions. @throws NotReady the reason, for an operator */
  async ready(): Promise<void> {
    try {
      await this.connection.reading(() => this.endOfLog());
    } catch (error) {
      const { word } = failureOf(error instanceof EventStoreUnavailable ? error.cause : error);
      throw new NotReady(readiness[word] ?? `it does not answer (${word})`, word === 'access-denied', error);
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  override async append(
    stream: string,
    events: readonly NewEvent[],
    expectedRevision: bigint | 'no-stream',
  ): Promise<AppendResult> {
    requireAppendable(stream, events, expectedRevision);
    const proposed = events.map(toEsdb);
    const expected = expectedRevision === 'no-stream' ? -1n : expectedRevision;
    const { client, callOptions, deadlineMs } = this.connection;
    const giveUpAt = performance.now() + deadlineMs * 2;
    for (let attempt = 0; ; attempt++) {
      try {
        this.connection.requireOpen();
        await this.connection
          .within(
            client.appendToStream(stream, proposed, {
              ...callOptions,
              expectedRevision: expected < 0n ? NO_STREAM : expected, // E10: never ANY
            }),
          )
          .catch((error: unknown) => this.unlessWritten(error, stream, proposed, expected, expectedRevision));
        return { revision: expected + BigInt(events.length) };
      } catch (error) {
        if (error instanceof RevisionConflict) throw error;
        const failure = failureOf(error instanceof EventStoreUnavailable ? error.cause : error);
        if (!isPassing(failure)) throw inOurWords(failure);
        const waitMs = retryPausesMs[attempt];
        if (waitMs === undefined || performance.now() + waitMs > giveUpAt) throw new EventStoreUnavailable(failure);
        await pause(waitMs); // the outcome is unknown: the same ids, the same expected revision
      }
    }
  }

  /** A conflict may be with the event itself, written by an attempt whose response was lost. */
  private async unlessWritten(
    error: unknown,
    stream: string,
    proposed: readonly EventData[],
    expected: bigint,
    expectedRevision: bigint | 'no-stream',
  ): Promise<void> {
    if (!(error instanceof WrongExpectedVersionError)) throw error;
    const { actualVersion } = error; // E3: from the error, never from the result of a failed append
    const actual = typeof actualVersion === 'bigint' ? actualVersion : null;
    if (actual !== null && actual >= expected + BigInt(proposed.length)) {
      const standing = await this.streamPage(stream, expected + 1n, false, proposed.length);
      if (proposed.every(({ id }, index) => standing[index]?.eventId === id.toLowerCase())) return;
    }
    throw new RevisionConflict(stream, expectedRevision, actual);
  }

  override async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const backwards = options.direction === 'backwards';
    let left = options.limit ?? Number.MAX_SAFE_INTEGER;
    let from: bigint | null = options.fromRevision ?? null;
    if (left > 0 && backwards && from !== null) {
      const [last] = await this.streamPage(stream, null, true, 1);
      if (last === undefined) return;
      if (last.revision < from) from = last.revision;
    }
    while (left > 0) {
      const pageLimit = Math.min(left, pageSize);
      const page = await this.streamPage(stream, from, backwards, pageLimit);
      yield* page;
      const last = page.at(-1)?.revision;
      if (last === undefined || page.length < pageLimit || (backwards && last === 0n)) return;
      left -= page.length;
      from = backwards ? last - 1n : last + 1n;
    }
  }

  private streamPage(
    stream: string,
    from: bigint | null,
    backwards: boolean,
    maxCount: number,
  ): Promise<RecordedEvent[]> {
    const { client, callOptions } = this.connection;
    return this.connection.reading(async () => {
      try {
        const items = await this.connection.collect<ResolvedEvent>(
          client.readStream(stream, {
            ...callOptions,
            direction: backwards ? BACKWARDS : FORWARDS,
            fromRevision: from ?? (backwards ? END : START),
            maxCount,
          }),
        );
        return items.flatMap(({ event }) => (event === undefined ? [] : [fromEsdb(event)]));
      } catch (error) {
        if (error instanceof StreamNotFoundError) return [];
        throw error;
      }
    });
  }

  /** Without categories only a page at the end of the log is empty; the server's own events are skipped. */
  override async readAll({ after, limit = 1_000, categories }: ReadAllOptions): Promise<LogPage> {
    if (!Number.isInteger(limit) || limit < 1) throw new TypeError('a page has at least one event');
    const { client, callOptions } = this.connection;
    for (let checkpoint = after; ;) {
      // A read includes the event at its start position, which was read before.
      const maxCount: number = Math.max(limit, leastScanned) + (checkpoint === null ? 0 : 1);
      const fromPosition = place(checkpoint);
      const items = await this.connection.reading(() =>
        this.connection.collect<AllStreamResolvedEvent>(
          client.readAll({ ...callOptions, direction: FORWARDS, fromPosition, maxCount }),
        ),
      );
      const events: RecordedEvent[] = [];
      for (const { event } of items) {
        if (events.length === limit) return { after, events, checkpoint };
        if (event === undefined) continue;
        const ours = !isSystemStream(event.streamId);
        const position: bigint = ours ? positionOf(event) : event.position.commit;
        if (checkpoint !== null && position <= checkpoint) continue;
        checkpoint = position;
        if (ours && (categories?.includes(streamCategory(event.streamId)) ?? true)) events.push(fromEsdb(event));
      }
      const atEnd = items.length < maxCount;
      if (events.length > 0 || atEnd || categories !== undefined) return { after, events, checkpoint };
    }
  }

  /** @throws LogBroken the log ends before `after`: this is not the log the checkpoint is from */
  override async *subscribeToAll({ signal, after, categories, limit = 1_000 }: SubscribeOptions) {
    let last = after;
    let checked = after === null || categories !== undefined;
    for (let failures = 0; !signal.aborted; failures++) {
      if (failures > 0) await pause(backOffMs(failures), signal);
      try {
        if (!checked) {
          await this.requireKnown(after!);
          checked = true;
        }
        for await (const page of followOnce(this.connection, { after: last, categories, limit, signal })) {
          if (signal.aborted) return;
          failures = 0;
          last = page.checkpoint;
          yield page;
        }
      } catch (error) {
        if (error instanceof LogBroken) throw error;
        const { word } = failureOf(error instanceof EventStoreUnavailable ? error.cause : error);
        this.onLog('warn', 'event-store.subscription-lost', { failure: word });
      }
    }
  }

  private async requireKnown(checkpoint: bigint): Promise<void> {
    const end = await this.connection.reading(() => this.endOfLog());
    if (end === null || checkpoint > end) throw new LogBroken(`checkpoint ${checkpoint} lies ahead of the log`);
  }

  /** Position of the last event of any kind. */
  private async endOfLog(): Promise<bigint | null> {
    const { client, callOptions } = this.connection;
    const options = { ...callOptions, direction: BACKWARDS, fromPosition: END, maxCount: 1 } as const;
    const [last] = await this.connection.collect<AllStreamResolvedEvent>(client.readAll(options));
    return last?.event?.position.commit ?? null;
  }
}

/** `lasting` = waiting does not help, an operator must act. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
  constructor(
    message: string,
    readonly lasting: boolean,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

const readiness: Readonly<Record<string, string>> = {
  'access-denied': 'it refuses the user and password of EVENT_STORE_URL, or does not let that user read $all',
  unavailable: 'nothing answers there',
  untrusted: 'its certificate is not trusted (tlsCAFile), or it does not speak TLS',
  silence: 'it does not answer in time',
};
