import type { EventStore, RecordedEvent, Sealer } from '@dittoo/kernel';
import { copiedEvent, ownerIs, plainFieldsOf, type CopiedEvent } from './copied-event.js';
import { EventPlaces } from './event-places.js';
import { subjectsOf, type SubjectStream } from './subject-streams.js';

/** Events opened together, with one query of the key ring; as many are in memory at once. */
const pageSize = 200;
const readsAtOnce = 4;

/**
 * The events of one person up to one moment, readable in two orders and repeatedly. In memory are the names of the
 * streams, 20 bytes per event, and one page.
 */
export class SubjectHistory {
  private readonly names: readonly string[];
  private readonly sinceRevisions: ReadonlyMap<string, bigint>;
  private readonly places = new EventPlaces();
  private readonly inHand = new Map<string, RecordedEvent[]>();

  constructor(
    private readonly store: EventStore,
    private readonly sealer: Sealer,
    private readonly subjectId: string,
    streams: readonly SubjectStream[],
  ) {
    this.names = streams.map(({ stream }) => stream);
    this.sinceRevisions = new Map(streams.map(({ sinceRevision, stream }) => [stream, sinceRevision]));
  }

  /**
   * Call it once, before all other methods.
   *
   * @param outline called with every event, with personal fields sealed, in the order of each stream
   */
  async locate(outline: (event: CopiedEvent) => void): Promise<void> {
    await severalAtOnce(this.names.entries(), async ([number, name]) => {
      for await (const event of this.ofStream(name)) {
        this.places.add(number, event.revision, event.position);
        outline(this.outlineOf(event));
      }
    });
  }

  /** Oldest first. @throws KeyMissing a key row is missing, which is no erasure: an operator must check */
  inOrder(): AsyncGenerator<CopiedEvent> {
    return this.read(this.places.byPosition(), (page) => this.opened(page));
  }

  /** Stream by stream, oldest first. Throws as `inOrder`. */
  byStream(): AsyncGenerator<CopiedEvent> {
    return this.read(this.places.byStream(), (page) => {
      this.keepWholeStreams(page);
      return this.opened(page);
    });
  }

  /** The person's events of one stream, with personal fields sealed. */
  async *outlinesOf(stream: string): AsyncGenerator<CopiedEvent> {
    for await (const event of this.inHand.get(stream) ?? this.ofStream(stream)) yield this.outlineOf(event);
  }

  private async *ofStream(stream: string): AsyncGenerator<RecordedEvent> {
    const fromRevision = this.sinceRevisions.get(stream) ?? 0n;
    for await (const event of this.store.readStream(stream, { fromRevision })) {
      // An event without a position is newer than this history: the log settled before the streams were listed.
      if (event.position >= 0n && subjectsOf(event).has(this.subjectId)) yield event;
    }
  }

  private async *read(
    order: Uint32Array,
    opened: (page: readonly RecordedEvent[]) => Promise<CopiedEvent[]>,
  ): AsyncGenerator<CopiedEvent> {
    for (let from = 0; from < order.length; from += pageSize) {
      yield* await opened(await this.page(order.subarray(from, from + pageSize)));
    }
  }

  /** In both orders the events of a stream in a page are consecutive. */
  private async page(places: Uint32Array): Promise<RecordedEvent[]> {
    const runs = new Map<number, { readonly from: bigint; to: bigint }>();
    for (const place of places) {
      const [stream, revision] = [this.places.streamOf(place), this.places.revisionOf(place)];
      const run = runs.get(stream);
      if (run === undefined) runs.set(stream, { from: revision, to: revision });
      else run.to = revision;
    }
    const events = new Map<string, RecordedEvent>();
    await severalAtOnce(runs.entries(), async ([stream, { from, to }]) => {
      const range = { fromRevision: from, limit: roundedUp(Number(to - from) + 1) };
      for await (const event of this.store.readStream(this.names[stream]!, range)) {
        if (event.revision > to) break;
        if (subjectsOf(event).has(this.subjectId)) events.set(`${stream} ${event.revision}`, event);
      }
    });
    return Array.from(places, (place) => {
      const event = events.get(`${this.places.streamOf(place)} ${this.places.revisionOf(place)}`);
      if (event === undefined) throw new Error('an event that was located is no longer in the log');
      return event;
    });
  }

  /** Keeps the outlines of streams that are completely in this page. */
  private keepWholeStreams(page: readonly RecordedEvent[]): void {
    this.inHand.clear();
    for (const event of page) {
      const events = this.inHand.get(event.stream);
      if (events === undefined) this.inHand.set(event.stream, [event]);
      else events.push(event);
    }
    // The first and the last stream may extend beyond the page.
    this.inHand.delete(page[0]!.stream);
    this.inHand.delete(page.at(-1)!.stream);
  }

  private outlineOf(event: RecordedEvent): CopiedEvent {
    return copiedEvent(event, ownerIs(this.subjectId, event) ? event.data : plainFieldsOf(event));
  }

  /** Opens only the person's own events. Another person's event names this person in plain fields only. */
  private async opened(events: readonly RecordedEvent[]): Promise<CopiedEvent[]> {
    const own = events.filter((event) => ownerIs(this.subjectId, event));
    const opened = new Map((await this.sealer.open(own)).map(({ event, recorded }) => [recorded, event.data]));
    return events.map((event) => copiedEvent(event, opened.get(event) ?? plainFieldsOf(event)));
  }
}

/** Rounds up to few limits, because a store keeps a prepared statement for each. */
const roundedUp = (count: number): number => 2 ** Math.ceil(Math.log2(count));

const severalAtOnce = async <T>(waiting: IterableIterator<T>, read: (next: T) => Promise<void>): Promise<void> => {
  const reader = async (): Promise<void> => {
    for (const next of waiting) await read(next);
  };
  await Promise.all(Array.from({ length: readsAtOnce }, reader));
};
