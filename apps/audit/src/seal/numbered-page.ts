import type { RecordedEvent } from '@dittoo/kernel';
import type { Leaf } from './seal-store.js';

/** One number of the log: an event with its leaf, or no event where a leaf exists. */
export type NumberedPlace =
  { readonly event: RecordedEvent; readonly leaf: Leaf | undefined } | { readonly event: null; readonly leaf: Leaf };

/**
 * Numbers a page of a log without dense positions by the stored leaves. Events after the last leaf, or without one, are
 * counted on; a leaf without its event is a hole.
 *
 * @param leaves the leaves in the page's range, ordered by the store's position
 * @param next number of the first event, unless its leaf has another
 */
export function* numberedPage(
  events: readonly RecordedEvent[],
  leaves: ReadonlyMap<bigint, Leaf>,
  next: bigint,
): Generator<NumberedPlace> {
  const sealed = [...leaves.values()];
  let at = 0;
  for (const event of events) {
    for (let leaf = sealed[at]; leaf !== undefined && leaf.position < event.position; leaf = sealed[++at]) {
      yield { event: null, leaf };
      next = BigInt(leaf.index) + 1n;
    }
    const leaf = leaves.get(event.position);
    if (leaf !== undefined) at++;
    const position = leaf === undefined ? next : BigInt(leaf.index);
    yield { event: { ...event, position }, leaf };
    next = position + 1n;
  }
  for (const leaf of sealed.slice(at)) yield { event: null, leaf };
}
