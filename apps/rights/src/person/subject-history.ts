import type { EventStore, RecordedEvent, Sealer } from '@dittoo/kernel';
import { copiedEvent, ownerIs, plainFieldsOf, type CopiedEvent } from './copied-event.js';
import { EventPlaces } from './event-places.js';
import { subjectsOf, type SubjectStream } from './subject-streams.js';

/** Opened together, with one query of the key ring: so many events are in memory at once. */
const pageSize = 200;
const readsAtOnce = 4;

/**
 * The events of one person up to one moment, readable in two orders and as often as needed. In memory are the names of
 * the streams, 20 bytes for each event, and one page.
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

  /** Once, before anything else. @param outline gets every event, in no order but that of its stream, with its personal fields sealed */
  async locate(outline: (event: CopiedEvent) => void): Promise<void> {
    await severalAtOnce(this.names.entries(), async ([number, name]) => {
      for await (const event of this.ofStream(name)) {
        this.places.add(number, event.revision, event.position);
        outline(this.outlineOf(event));
      }
    });
  }

  /** Oldest first. @throws KeyMissing a key row is not there: that is no erasure, a person looks */
  inOrder(): AsyncGenerator<CopiedEvent> {
    return this.read(this.places.byPosition(), (page) => this.opened(page));
  }

  /** Stream by stream, oldest first. Errors as `inOrder`. */
  byStream(): AsyncGenerator<CopiedEvent> {
    return this.read(this.places.byStream(), (page) => {
      this.keepWholeStreams(page);
      return this.opened(page);
    });
  }

  /** The person's events of one stream, with their personal fields sealed. */
  async *outlinesOf(stream: string): AsyncGenerator<CopiedEvent> {
    for await (const event of this.inHand.get(stream) ?? this.ofStream(stream)) yield this.outlineOf(event);
  }

  private async *ofStream(stream: string): AsyncGenerator<RecordedEvent> {
    const fromRevision = this.sinceRevisions.get(stream) ?? 0n;
    for await (const event of this.store.readStream(stream, { fromRevision })) {
      // Without a position it is younger than the question: the log had settled before the streams were named.
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

  /** In both orders a page has a run of consecutive events of each of its streams. */
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
      if (event === undefined) throw new Error('an event that was read is not in the log any more');
      return event;
    });
  }

  /** Of the streams that are in a page as a whole the outlines are at hand. */
  private keepWholeStreams(page: readonly RecordedEvent[]): void {
    this.inHand.clear();
    for (const event of page) {
      const events = this.inHand.get(event.stream);
      if (events === undefined) this.inHand.set(event.stream, [event]);
      else events.push(event);
    }
    // The first and the last stream may go beyond the page.
    this.inHand.delete(page[0]!.stream);
    this.inHand.delete(page.at(-1)!.stream);
  }

  private outlineOf(event: RecordedEvent): CopiedEvent {
    return copiedEvent(event, ownerIs(this.subjectId, event) ? event.data : plainFieldsOf(event));
  }

  /** What another person's event says of its owner is not opened at all: only the plain fields name this person. */
  private async opened(events: readonly RecordedEvent[]): Promise<CopiedEvent[]> {
    const own = events.filter((event) => ownerIs(this.subjectId, event));
    const opened = new Map((await this.sealer.open(own)).map(({ event, recorded }) => [recorded, event.data]));
    return events.map((event) => copiedEvent(event, opened.get(event) ?? plainFieldsOf(event)));
  }
}

/** A store keeps a prepared statement for each limit: a few limits, few statements. */
const roundedUp = (count: number): number => 2 ** Math.ceil(Math.log2(count));

const severalAtOnce = async <T>(waiting: IterableIterator<T>, read: (next: T) => Promise<void>): Promise<void> => {
  const reader = async (): Promise<void> => {
    for (const next of waiting) await read(next);
  };
  await Promise.all(Array.from({ length: readsAtOnce }, reader));
};
