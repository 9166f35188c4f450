import { emptyRoot, nodeHash } from './hashing.js';
import { cutOf, type LeafRange } from './subtree.js';

/** The ranges whose roots prove that leaf `index` is in the tree of `size`, lowest first. RFC 6962 §2.1.1. */
export const inclusionRanges = (index: number, size: number): LeafRange[] => {
  if (index < 0 || index >= size) throw new RangeError('the leaf is not in a tree of this size');
  const path = (begin: number, end: number): LeafRange[] => {
    if (end - begin === 1) return [];
    const cut = begin + cutOf(end - begin);
    return index < cut ? [...path(begin, cut), { begin: cut, end }] : [...path(cut, end), { begin, end: cut }];
  };
  return path(0, size);
};

/** The ranges whose roots prove that the tree of `from` leaves is the start of the tree of `to`. RFC 6962 §2.1.2. */
export const consistencyRanges = (from: number, to: number): LeafRange[] => {
  if (from < 0 || from > to) throw new RangeError('a tree only grows');
  if (from === 0) return [];
  const part = (begin: number, end: number, known: boolean): LeafRange[] => {
    if (from === end) return known ? [] : [{ begin, end }];
    const cut = begin + cutOf(end - begin);
    return from <= cut
      ? [...part(begin, cut, known), { begin: cut, end }]
      : [...part(cut, end, false), { begin, end: cut }];
  };
  return part(0, to, true);
};

export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Buffer;
  readonly root: Buffer;
}

/** RFC 9162 §2.1.3.2. */
export const provesInclusion = (proof: readonly Buffer[], { index, size, leafHash, root }: Inclusion): boolean => {
  if (index < 0 || index >= size) return false;
  let node = index;
  let last = size - 1;
  let hash = leafHash;
  for (const other of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(other, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, half(last)];
    } else {
      hash = nodeHash(hash, other);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hash.equals(root);
};

export interface Consistency {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Buffer;
  readonly toRoot: Buffer;
}

/** RFC 9162 §2.1.4.2. Every tree starts with the empty one. */
export const provesConsistency = (proof: readonly Buffer[], { from, to, fromRoot, toRoot }: Consistency): boolean => {
  if (from < 0 || from > to) return false;
  if (from === 0) return proof.length === 0 && fromRoot.equals(emptyRoot);
  if (from === to) return proof.length === 0 && fromRoot.equals(toRoot);
  const path = Number.isInteger(Math.log2(from)) ? [fromRoot, ...proof] : proof;
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let [node, last] = [from - 1, to - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [older, newer] = [first, first];
  for (const other of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      older = nodeHash(other, older);
      newer = nodeHash(other, newer);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, half(last)];
    } else {
      newer = nodeHash(newer, other);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && older.equals(fromRoot) && newer.equals(toRoot);
};

const half = (value: number): number => Math.floor(value / 2);
