const firstCapacity = 1024;

/**
 * The places of events in the log: 20 bytes each, so that a hundred thousand can be sorted without keeping the events
 * in memory. The caller numbers the streams.
 */
export class EventPlaces {
  private positions = new Float64Array(firstCapacity);
  private revisions = new Float64Array(firstCapacity);
  private streams = new Uint32Array(firstCapacity);
  private count = 0;

  /** Call it stream by stream, each in the order of its revisions. */
  add(stream: number, revision: bigint, position: bigint): void {
    if (this.count === this.streams.length) this.grow();
    this.streams[this.count] = stream;
    this.revisions[this.count] = Number(revision);
    this.positions[this.count] = Number(position);
    this.count++;
  }

  streamOf(place: number): number {
    return this.streams[place]!;
  }

  revisionOf(place: number): bigint {
    return BigInt(this.revisions[place]!);
  }

  /** In the order of the log. */
  byPosition(): Uint32Array {
    const { positions } = this;
    return this.all().sort((one, other) => positions[one]! - positions[other]!);
  }

  /** Stream by stream, in the order of their first events. */
  byStream(): Uint32Array {
    const { positions, revisions, streams } = this;
    const beginnings = new Map<number, number>();
    for (let place = 0; place < this.count; place++) {
      if (!beginnings.has(streams[place]!)) beginnings.set(streams[place]!, positions[place]!);
    }
    return this.all().sort(
      (one, other) =>
        beginnings.get(streams[one]!)! - beginnings.get(streams[other]!)! || revisions[one]! - revisions[other]!,
    );
  }

  private all(): Uint32Array {
    return Uint32Array.from({ length: this.count }, (_, place) => place);
  }

  private grow(): void {
    const { positions, revisions, streams } = this;
    this.positions = new Float64Array(2 * this.count);
    this.revisions = new Float64Array(2 * this.count);
    this.streams = new Uint32Array(2 * this.count);
    this.positions.set(positions);
    this.revisions.set(revisions);
    this.streams.set(streams);
  }
}
