import type { CopiedEvent } from '../person/subject-events.query.js';

/** Something that has its events oldest first. */
interface Ordered {
  inOrder(): AsyncIterable<CopiedEvent>;
}

/**
 * The events of several subjects in the order of the log; one event of each is in memory. An event that concerns two of
 * them comes once.
 */
export async function* inOrderOf(lives: readonly Ordered[]): AsyncGenerator<CopiedEvent> {
  const [only] = lives;
  if (only !== undefined && lives.length === 1) return yield* only.inOrder();
  const readers = lives.map((life) => life.inOrder()[Symbol.asyncIterator]());
  const heads = await Promise.all(readers.map((reader) => reader.next()));
  let last: string | null = null;
  for (;;) {
    let first: number | null = null;
    for (const [index, head] of heads.entries()) {
      if (head.done === true) continue;
      const best = first === null ? null : heads[first]!;
      if (best === null || best.done === true || head.value.position < best.value.position) first = index;
    }
    if (first === null) return;
    const { value } = heads[first] as IteratorYieldResult<CopiedEvent>;
    if (value.eventId !== last) yield value;
    last = value.eventId;
    heads[first] = await readers[first]!.next();
  }
}
