import { nodeHash, rootOfSubtrees } from './hashing.js';
import { subtreesOf, type Subtree } from './subtree.js';

/** C2SP tlog-tiles: a tile has eight levels, so 256 hashes at the bottom and one root at the top. */
export const tileLevels = 8;
export const tileWidth = 2 ** tileLevels;

/** A complete tile: `hashes` are the 256 nodes at tree level 8 * `level`, `root` is node `index` eight levels up. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hashes: readonly Buffer[];
  readonly root: Buffer;
}

/** The state from which `GrowingTree` can continue a tree. */
export interface TreeEdge {
  readonly size: number;
  /** Hashes of `subtreesOf({ begin: 0, end: size })`. */
  readonly subtrees: readonly Buffer[];
  /** By tile level: the bottom hashes of the incomplete tile. */
  readonly feet: readonly (readonly Buffer[])[];
}

/** The subtrees whose hashes are in the incomplete tiles of a tree of `size`, by tile level. */
export const feetOf = (size: number): Subtree[][] => {
  const levels: Subtree[][] = [];
  for (let level = 0, width = size; width > 0; level++, width = Math.floor(width / tileWidth)) {
    const begin = width - (width % tileWidth);
    levels.push(
      Array.from({ length: width % tileWidth }, (_, foot) => ({ level: level * tileLevels, index: begin + foot })),
    );
  }
  return levels;
};

/** An RFC 6962 tree that takes leaf hashes one by one and keeps its right edge only. */
export class GrowingTree {
  private count: number;
  private readonly subtrees: Buffer[];
  private readonly feet: Buffer[][];

  constructor(edge: TreeEdge = { size: 0, subtrees: [], feet: [] }) {
    if (edge.subtrees.length !== subtreesOf({ begin: 0, end: edge.size }).length) {
      throw new RangeError('the edge does not match the size of the tree');
    }
    this.count = edge.size;
    this.subtrees = [...edge.subtrees];
    this.feet = edge.feet.map((level) => [...level]);
  }

  get size(): number {
    return this.count;
  }

  root(): Buffer {
    return rootOfSubtrees(this.subtrees);
  }

  /** @returns the tiles this leaf completes, the lowest first; mostly none */
  push(leafHash: Buffer): Tile[] {
    this.subtrees.push(leafHash);
    for (let rest = ++this.count; rest % 2 === 0; rest /= 2) {
      const right = this.subtrees.pop()!;
      this.subtrees.push(nodeHash(this.subtrees.pop()!, right));
    }
    const tiles: Tile[] = [];
    for (let level = 0, hash = leafHash; ; level++) {
      const feet = (this.feet[level] ??= []);
      feet.push(hash);
      if (feet.length < tileWidth) return tiles;
      hash = rootOfTile(feet);
      tiles.push({ level, index: this.count / tileWidth ** (level + 1) - 1, hashes: feet, root: hash });
      this.feet[level] = [];
    }
  }
}

const rootOfTile = (feet: readonly Buffer[]): Buffer => {
  let nodes = feet;
  while (nodes.length > 1) {
    nodes = Array.from({ length: nodes.length / 2 }, (_, pair) => nodeHash(nodes[2 * pair]!, nodes[2 * pair + 1]!));
  }
  return nodes[0]!;
};
