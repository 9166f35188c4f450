/** The node over leaves [index * 2^level, (index + 1) * 2^level): complete, so it never changes. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** Leaves [begin, end) under one node of a tree, RFC 6962 §2.1; a node at the right edge may still grow. */
export interface LeafRange {
  readonly begin: number;
  readonly end: number;
}

/** The complete subtrees a range is made of, the largest first: at most 53 of them, however large the tree. */
export const subtreesOf = ({ begin, end }: LeafRange): Subtree[] => {
  const subtrees: Subtree[] = [];
  for (let from = begin; from < end;) {
    const level = Math.floor(Math.log2(end - from));
    subtrees.push({ level, index: from / 2 ** level });
    from += 2 ** level;
  }
  return subtrees;
};

/** Largest power of two less than `size`; where RFC 6962 cuts. */
export const cutOf = (size: number): number => 2 ** Math.ceil(Math.log2(size) - 1);
