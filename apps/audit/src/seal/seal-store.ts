import type { EventId } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { feetOf, GrowingTree, tileLevels, tileWidth, type Tile } from '../merkle/growing-tree.js';
import { rootOfSubtrees } from '../merkle/hashing.js';
import { subtreesOf, type LeafRange, type Subtree } from '../merkle/subtree.js';

/** A leaf of the tree. `index` is dense, even if the store's positions are not. */
export interface Leaf {
  readonly index: number;
  readonly position: bigint;
  readonly eventId: EventId;
  readonly hash: Buffer;
}

export interface SignedTreeHead {
  readonly size: number;
  /** -1 = this is the first. */
  readonly previousSize: number;
  readonly root: Buffer;
  readonly note: string;
}

/** How much of the log is in the tree. */
export interface Sealed {
  readonly size: number;
  readonly lastPosition: bigint | null;
}

/** Another sealer has added leaves: read the tree again and continue from there. */
export class Overtaken extends Error {
  constructor() {
    super('another sealer has added leaves');
    this.name = 'Overtaken';
  }
}

/** The log returned an event that is already in the tree, at another position. */
export class LeafBroken extends Error {
  constructor() {
    super('the log gives an event again that is sealed at another position');
    this.name = 'LeafBroken';
  }
}

/** The stored tree is incomplete: a node is missing. */
export class TreeBroken extends Error {
  constructor(what: string) {
    super(`the stored tree is broken: ${what}`);
    this.name = 'TreeBroken';
  }
}

interface LeafRow {
  readonly index: string;
  readonly position: string;
  readonly event_id: string;
  readonly leaf_hash: Buffer;
}
interface HeadRow {
  readonly size: string;
  readonly previous_size: string;
  readonly root: Buffer;
  readonly note: string;
}

const uniqueViolation = '23505';

/** Arbitrary, never changes: sealers add leaves one after another. */
const integrateLock = 7_203_514_486_011;

/** Stores leaves, tiles and signed tree heads as rows. Returns them unverified. */
@Injectable()
export class SealStore {
  constructor(@Inject(ROW_POOL) private readonly pool: Pool) {}

  async sealed(): Promise<Sealed> {
    const { rows } = await this.pool.query<{ index: string | null; position: string | null }>(
      'SELECT index, position FROM audit.leaf ORDER BY index DESC LIMIT 1',
    );
    const last = rows[0];
    if (last === undefined) return { size: 0, lastPosition: null };
    return { size: Number(last.index) + 1, lastPosition: BigInt(last.position!) };
  }

  /**
   * Adds leaves and the tiles they complete, all or nothing.
   *
   * @throws Overtaken the tree is not `size` any more
   * @throws LeafBroken one of the events already has a leaf
   */
  async integrate(size: number, leaves: readonly Omit<Leaf, 'index'>[], tiles: readonly Tile[]): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock($1)', [integrateLock]);
      const { rows } = await client.query<{ size: string }>(
        'SELECT coalesce(max(index) + 1, 0) AS size FROM audit.leaf',
      );
      if (Number(rows[0]!.size) !== size) throw new Overtaken();
      await client.query({
        name: 'audit-leaves',
        text: `INSERT INTO audit.leaf (index, position, event_id, leaf_hash)
               SELECT $1::bigint + n - 1, p, e, h
               FROM unnest($2::bigint[], $3::uuid[], $4::bytea[]) WITH ORDINALITY AS l (p, e, h, n)`,
        values: [size, leaves.map((l) => String(l.position)), leaves.map((l) => l.eventId), leaves.map((l) => l.hash)],
      });
      for (const { level, index, hashes, root } of tiles) {
        await client.query({
          name: 'audit-tile',
          text: 'INSERT INTO audit.tile (level, index, hashes, root) VALUES ($1, $2, $3, $4)',
          values: [level, index, Buffer.concat(hashes), root],
        });
      }
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw (error as { code?: unknown }).code === uniqueViolation ? new LeafBroken() : error;
    } finally {
      client.release();
    }
  }

  /** The stored tree, ready to grow. @throws TreeBroken */
  async tree(size: number): Promise<GrowingTree> {
    const [subtrees, ...feet] = await Promise.all([
      this.hashesOf(subtreesOf({ begin: 0, end: size })),
      ...feetOf(size).map((level) => this.feet(level)),
    ]);
    return new GrowingTree({ size, subtrees, feet });
  }

  /** Roots of ranges, from stored nodes. @throws TreeBroken */
  roots(ranges: readonly LeafRange[]): Promise<Buffer[]> {
    return Promise.all(ranges.map(async (range) => rootOfSubtrees(await this.hashesOf(subtreesOf(range)))));
  }

  async leafOf(eventId: EventId): Promise<Leaf | null> {
    const { rows } = await this.pool.query<LeafRow>('SELECT * FROM audit.leaf WHERE event_id = $1', [eventId]);
    return rows[0] === undefined ? null : leafOf(rows[0]);
  }

  /** The position of the leaf with this index; `null` = there is none. */
  async positionOf(index: number): Promise<bigint | null> {
    const { rows } = await this.pool.query<{ position: string }>('SELECT position FROM audit.leaf WHERE index = $1', [
      index,
    ]);
    return rows[0] === undefined ? null : BigInt(rows[0].position);
  }

  /** Leaves with `after` < position <= `upTo`, by position. */
  async leavesBetween(after: bigint | null, upTo: bigint): Promise<Leaf[]> {
    const { rows } = await this.pool.query<LeafRow>({
      name: 'audit-leaves-between',
      text: 'SELECT * FROM audit.leaf WHERE position > $1 AND position <= $2 ORDER BY position',
      values: [String(after ?? -1n), String(upTo)],
    });
    return rows.map(leafOf);
  }

  /** The index at which the leaves with `after` < position <= `upTo` begin, and how many there are. */
  async countBetween(
    after: bigint | null,
    upTo: bigint | null,
  ): Promise<{ readonly first: bigint | null; readonly count: number }> {
    const { rows } = await this.pool.query<{ first: string | null; count: string }>(
      'SELECT min(index) AS first, count(*) FROM audit.leaf WHERE position > $1 AND position <= $2',
      [String(after ?? -1n), String(upTo ?? -1n)],
    );
    const { first, count } = rows[0]!;
    return { first: first === null ? null : BigInt(first), count: Number(count) };
  }

  /** The bottom hashes of stored tiles. */
  async tiles(keys: readonly { readonly level: number; readonly index: number }[]): Promise<(Buffer | null)[]> {
    const { rows } = await this.pool.query<{ n: string; hashes: Buffer | null }>({
      name: 'audit-tiles',
      text: `SELECT n, hashes FROM unnest($1::int[], $2::bigint[]) WITH ORDINALITY AS k (l, i, n)
             LEFT JOIN audit.tile ON level = l AND index = i ORDER BY n`,
      values: [keys.map((key) => key.level), keys.map((key) => key.index)],
    });
    return rows.map((row) => row.hashes);
  }

  async lastHead(origin: string): Promise<SignedTreeHead | null> {
    const { rows } = await this.pool.query<HeadRow>(
      'SELECT * FROM audit.signed_tree_head WHERE origin = $1 ORDER BY size DESC LIMIT 1',
      [origin],
    );
    return rows[0] === undefined ? null : headOf(rows[0]);
  }

  /** Heads of more than `size` leaves, the smallest first. */
  async headsAfter(origin: string, size: number, limit: number): Promise<SignedTreeHead[]> {
    const { rows } = await this.pool.query<HeadRow>({
      name: 'audit-heads-after',
      text: 'SELECT * FROM audit.signed_tree_head WHERE origin = $1 AND size > $2 ORDER BY size LIMIT $3',
      values: [origin, size, limit],
    });
    return rows.map(headOf);
  }

  /** Adds a head if its predecessor is still the last one. @returns whether it was added */
  async addHead(
    origin: string,
    { size, previousSize, root, note }: SignedTreeHead,
    signedAt: string,
  ): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `INSERT INTO audit.signed_tree_head (origin, size, previous_size, root, note, signed_at)
       SELECT $1, $2, $3, $4, $5, $6
       WHERE (SELECT coalesce(max(size), -1) FROM audit.signed_tree_head WHERE origin = $1) = $3::bigint
       ON CONFLICT DO NOTHING`,
      [origin, size, previousSize, root, note, signedAt],
    );
    return rowCount === 1;
  }

  private hashesOf(subtrees: readonly Subtree[]): Promise<Buffer[]> {
    return Promise.all(subtrees.map((subtree) => this.hashOf(subtree)));
  }

  /** A node from its tile, or from the bottom hashes of an incomplete tile. */
  private async hashOf({ level, index }: Subtree): Promise<Buffer> {
    const tileLevel = Math.floor(level / tileLevels);
    const width = 2 ** (level % tileLevels);
    const feet = Array.from({ length: width }, (_, n) => ({ level: tileLevel * tileLevels, index: index * width + n }));
    const [hashes] = await this.tiles([{ level: tileLevel, index: Math.floor((index * width) / tileWidth) }]);
    const found =
      hashes == null
        ? await this.feet(feet)
        : feet.map((foot) => hashes.subarray((foot.index % tileWidth) * 32, (foot.index % tileWidth) * 32 + 32));
    return rootOfNeighbours(found);
  }

  /** Consecutive bottom hashes: leaves, or the roots of the complete tiles below. */
  private async feet(feet: readonly Subtree[]): Promise<Buffer[]> {
    const [first, last] = [feet[0], feet.at(-1)];
    if (first === undefined || last === undefined) return [];
    const { rows } =
      first.level === 0
        ? await this.pool.query<{ hash: Buffer }>({
            name: 'audit-feet-leaves',
            text: 'SELECT leaf_hash AS hash FROM audit.leaf WHERE index BETWEEN $1 AND $2 ORDER BY index',
            values: [first.index, last.index],
          })
        : await this.pool.query<{ hash: Buffer }>({
            name: 'audit-feet-tiles',
            text: 'SELECT root AS hash FROM audit.tile WHERE level = $1 AND index BETWEEN $2 AND $3 ORDER BY index',
            values: [first.level / tileLevels - 1, first.index, last.index],
          });
    if (rows.length !== feet.length) throw new TreeBroken(`nodes ${first.index} to ${last.index} at ${first.level}`);
    return rows.map(({ hash }) => hash);
  }
}

/** 2^n neighbours -> the node above them all. */
const rootOfNeighbours = (hashes: readonly Buffer[]): Buffer => {
  const tree = new GrowingTree();
  for (const hash of hashes) tree.push(hash);
  return tree.root();
};

const leafOf = (row: LeafRow): Leaf => ({
  index: Number(row.index),
  position: BigInt(row.position),
  eventId: row.event_id,
  hash: row.leaf_hash,
});

const headOf = (row: HeadRow): SignedTreeHead => ({
  size: Number(row.size),
  previousSize: Number(row.previous_size),
  root: row.root,
  note: row.note,
});
