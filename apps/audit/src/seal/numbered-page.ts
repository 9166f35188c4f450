import type { RecordedEvent } from '@dittoo/kernel';
import type { Leaf } from './seal-store.js';

/** What stands at a number of the log: an event and what the seal says of it, or nothing where the seal has a leaf. */
export type NumberedPlace =
  { readonly event: RecordedEvent; readonly leaf: Leaf | undefined } | { readonly event: null; readonly leaf: Leaf };

/**
 * A page of a log whose positions are not dense, in the numbers of the seal. Behind the seal, and where it has no leaf,
 * counting goes on; a leaf without its event is a hole.
 *
 * @param leaves those of the stretch the page is from, by position of the store, in that order
 * @param next number of the first event, if the seal does not say another
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
