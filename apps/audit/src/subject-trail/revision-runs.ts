import type { EventId } from '@dittoo/kernel';
/** One event of a person's trail, as the read model holds it. */
export interface TrailRow {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: bigint;
  readonly eventId: EventId;
}

/** Revisions `first` to `last` of a stream, read at once. */
export interface RevisionRun {
  readonly stream: string;
  readonly first: bigint;
  readonly last: bigint;
}

/** Reading this many extra events is cheaper than another round trip. */
const widestGap = 50n;

/** The reads that cover all rows: mostly one per stream. */
export const revisionRuns = (rows: readonly TrailRow[]): RevisionRun[] => {
  const byStream = new Map<string, bigint[]>();
  for (const { revision, stream } of rows) {
    const revisions = byStream.get(stream);
    if (revisions === undefined) byStream.set(stream, [revision]);
    else revisions.push(revision);
  }
  return [...byStream].flatMap(([stream, revisions]) => {
    const runs: { stream: string; first: bigint; last: bigint }[] = [];
    for (const revision of revisions.sort((a, b) => (a < b ? -1 : 1))) {
      const run = runs.at(-1);
      if (run !== undefined && revision - run.last <= widestGap) run.last = revision;
      else runs.push({ stream, first: revision, last: revision });
    }
    return runs;
  });
};
