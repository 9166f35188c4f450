import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { feetOf, GrowingTree, tileWidth, type Tile } from './growing-tree.js';
import { emptyRoot, nodeHash, rootOfSubtrees } from './hashing.js';
import { consistencyRanges, inclusionRanges, provesConsistency, provesInclusion } from './proof.js';
import { subtreesOf, type LeafRange, type Subtree } from './subtree.js';

const leafHash = (data: Buffer): Buffer =>
  createHash('sha256')
    .update(Buffer.from([0]))
    .update(data)
    .digest();
const numbered = (count: number): Buffer[] => Array.from({ length: count }, (_, i) => leafHash(Buffer.from(String(i))));

/** RFC 6962 §2.1 implemented literally: the reference for all other results. */
const definition = (leaves: readonly Buffer[]): Buffer => {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return leaves[0]!;
  let cut = 1;
  while (cut * 2 < leaves.length) cut *= 2;
  return nodeHash(definition(leaves.slice(0, cut)), definition(leaves.slice(cut)));
};
const grown = (leaves: readonly Buffer[]): GrowingTree => {
  const tree = new GrowingTree();
  for (const leaf of leaves) tree.push(leaf);
  return tree;
};
const hashOf =
  (leaves: readonly Buffer[]) =>
  ({ level, index }: Subtree): Buffer =>
    definition(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
const rootOf = (leaves: readonly Buffer[], range: LeafRange): Buffer =>
  rootOfSubtrees(subtreesOf(range).map(hashOf(leaves)));

describe('the tree', () => {
  it('has the roots of the published RFC 6962 vectors', () => {
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const tree = new GrowingTree();
    expect(tree.root()).toEqual(emptyRoot);
    expect(emptyRoot.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const roots = inputs.map((hex) => {
      tree.push(leafHash(Buffer.from(hex, 'hex')));
      return tree.root().toString('hex');
    });
    expect(roots).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]);
  });

  it('continues from its edge as if it had never stopped', () => {
    const leaves = numbered(70);
    for (let size = 0; size <= 70; size++) {
      const hash = hashOf(leaves);
      const tree = new GrowingTree({
        size,
        subtrees: subtreesOf({ begin: 0, end: size }).map(hash),
        feet: feetOf(size).map((level) => level.map(hash)),
      });
      for (const leaf of leaves.slice(size)) tree.push(leaf);
      expect(tree.root()).toEqual(definition(leaves));
    }
  });

  it('completes the same tiles from its edge', () => {
    const leaves = numbered(3 * tileWidth + 5);
    const whole = new GrowingTree();
    const tiles: Tile[] = leaves.flatMap((leaf) => whole.push(leaf));
    expect(tiles.map(({ level, index }) => [level, index])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
    ]);
    expect(tiles[1]!.root).toEqual(definition(leaves.slice(tileWidth, 2 * tileWidth)));
    const hash = hashOf(leaves);
    const resumed = new GrowingTree({
      size: 300,
      subtrees: subtreesOf({ begin: 0, end: 300 }).map(hash),
      feet: feetOf(300).map((level) => level.map(hash)),
    });
    expect(leaves.slice(300).flatMap((leaf) => resumed.push(leaf))).toEqual(tiles.slice(1));
  });

  it('builds tiles from tiles', () => {
    const [leaf] = numbered(1);
    const tree = new GrowingTree();
    const tiles: Tile[] = [];
    for (let n = 0; n < tileWidth ** 2; n++) tiles.push(...tree.push(leaf!));
    expect(tiles).toHaveLength(tileWidth + 1);
    expect(tiles.at(-1)).toMatchObject({ level: 1, index: 0, root: tree.root() });
  });
});

describe('proofs, for all m and n up to 70', () => {
  const leaves = numbered(70);
  const roots = Array.from({ length: 71 }, (_, size) => definition(leaves.slice(0, size)));

  it('the tree has the root of the definition', () => {
    for (let size = 0; size <= 70; size++) expect(grown(leaves.slice(0, size)).root()).toEqual(roots[size]);
  });

  it('inclusion holds for its leaf and for no other', () => {
    let proofs = 0;
    for (let size = 1; size <= 70; size++) {
      for (let index = 0; index < size; index++) {
        const proof = inclusionRanges(index, size).map((range) => rootOf(leaves, range));
        const claim = { index, size, leafHash: leaves[index]!, root: roots[size]! };
        if (!provesInclusion(proof, claim)) throw new Error(`inclusion ${index} of ${size}`);
        if (provesInclusion(proof, { ...claim, leafHash: leaves[(index + 1) % 70]! })) throw new Error('wrong leaf');
        if (provesInclusion([...proof, emptyRoot], claim)) throw new Error('longer proof');
        if (proof.length > 0 && provesInclusion(proof.slice(1), claim)) throw new Error('shorter proof');
        proofs++;
      }
    }
    expect(proofs).toBe(2485);
  });

  it('consistency holds for its two trees and for no others', () => {
    let proofs = 0;
    for (let to = 1; to <= 70; to++) {
      for (let from = 1; from <= to; from++) {
        const proof = consistencyRanges(from, to).map((range) => rootOf(leaves, range));
        const claim = { from, to, fromRoot: roots[from]!, toRoot: roots[to]! };
        if (!provesConsistency(proof, claim)) throw new Error(`consistency ${from} to ${to}`);
        if (provesConsistency(proof, { ...claim, fromRoot: roots[from - 1]! })) throw new Error('other old tree');
        if (provesConsistency(proof, { ...claim, toRoot: roots[to - 1]! })) throw new Error('other new tree');
        if (provesConsistency([...proof, emptyRoot], claim)) throw new Error('longer proof');
        proofs++;
      }
    }
    expect(proofs).toBe(2485);
  });

  it('every tree starts with the empty one', () => {
    expect(consistencyRanges(0, 70)).toEqual([]);
    expect(provesConsistency([], { from: 0, to: 70, fromRoot: emptyRoot, toRoot: roots[70]! })).toBe(true);
  });
});
