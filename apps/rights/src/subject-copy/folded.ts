/** The same entry several times in a row. */
export interface Folded<T> {
  readonly first: T;
  readonly last: T;
  readonly count: number;
}

/** Folds entries that look the same to a reader and follow each other into one; two of them are in memory. */
export async function* folded<T>(
  entries: AsyncIterable<T>,
  likenessOf: (entry: T) => string,
): AsyncGenerator<Folded<T>> {
  const same: { first: T; last: T; count: number; likeness: string }[] = [];
  for await (const entry of entries) {
    const likeness = likenessOf(entry);
    const [open] = same;
    if (open?.likeness === likeness) {
      open.last = entry;
      open.count++;
    } else {
      yield* same.splice(0);
      same.push({ first: entry, last: entry, count: 1, likeness });
    }
  }
  yield* same;
}
