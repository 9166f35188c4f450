import { leafHashOf, leafOf, type RecordedEvent } from '@dittoo/kernel';
import { GrowingTree, type Tile } from '../merkle/growing-tree.js';
import type { TreeHead } from '../merkle/signed-note.js';
import type { Leaf, Sealed, SignedTreeHead } from './seal-store.js';

/** One finding for the officer: the position in the log, where it has one, and the problem. */
export interface Problem {
  readonly position: number | null;
  readonly problem: string;
}

/** Limit of reported problems: a log that is wrong everywhere is not listed line by line. */
export const mostProblems = 500;

/**
 * Problems in the order they were found. `tampered` = something was changed; otherwise something is missing without
 * explanation.
 */
export class Findings {
  readonly problems: Problem[] = [];
  private verdictSoFar: 'ok' | 'tampered' | 'incomplete' = 'ok';

  get verdict(): 'ok' | 'tampered' | 'incomplete' {
    return this.verdictSoFar;
  }

  get full(): boolean {
    return this.problems.length >= mostProblems;
  }

  tampered(position: bigint | number | null, problem: string): void {
    this.verdictSoFar = 'tampered';
    this.add(position, problem);
  }

  incomplete(position: bigint | number | null, problem: string): void {
    if (this.verdictSoFar === 'ok') this.verdictSoFar = 'incomplete';
    this.add(position, problem);
  }

  private add(position: bigint | number | null, problem: string): void {
    if (!this.full) this.problems.push({ position: position === null ? null : Number(position), problem });
  }
}

/**
 * Compares the log with its seal: recomputes every leaf from its event and the tree from these leaves, and compares
 * them with the stored leaves, tiles and tree heads. It takes one page at a time and keeps the last revision of each
 * stream and the right edge of the tree.
 */
export class LogCheck {
  readonly tree = new GrowingTree();
  private readonly revisions = new Map<string, bigint>();
  private lastPosition: bigint | null = null;
  /** Expected index of the next sealed event. */
  private index = 0;
  /** After a wrong leaf every later root is wrong: reported once, at the leaf. */
  private rootsFollow = true;
  private count = 0;
  private rootAtHead: Buffer | null = null;

  /**
   * @param sealed the last sealed position, in the numbering passed to `event` and `hole`
   * @param dense whether a skipped position is a hole; if not, the caller reports each one to `hole`
   */
  constructor(
    private readonly sealed: Sealed,
    private readonly dense: boolean,
    private readonly lastHead: SignedTreeHead,
    private readonly findings: Findings,
  ) {}

  /** Events checked. */
  get events(): number {
    return this.count;
  }

  /** Root of the events under the last signed head, or of all events if there are fewer. */
  get root(): Buffer {
    return this.rootAtHead ?? this.tree.root();
  }

  /** Position of the next event, if none is missing. */
  get next(): bigint {
    return (this.lastPosition ?? -1n) + 1n;
  }

  isSealed(position: bigint): boolean {
    return this.sealed.lastPosition !== null && position <= this.sealed.lastPosition;
  }

  hole(position: bigint, leaf: Leaf | undefined): void {
    this.lastPosition = position;
    this.rootsFollow = false;
    if (leaf !== undefined) this.index = leaf.index + 1;
    this.findings.tampered(position, leaf === undefined ? 'nothing stands here' : 'a sealed event was deleted');
  }

  /**
   * @param leaf the stored leaf of this position
   * @returns tiles completed by it
   */
  event(event: RecordedEvent, leaf: Leaf | undefined): Tile[] {
    const { position, stream, revision } = event;
    this.count++;
    if (this.dense && position !== this.next) {
      this.findings.tampered(position, `position ${this.next} is missing before it`);
    }
    this.lastPosition = position;
    const previous = this.revisions.get(stream) ?? -1n;
    if (revision !== previous + 1n) {
      this.findings.tampered(position, `revision ${revision} of ${stream} follows revision ${previous}`);
    }
    this.revisions.set(stream, revision > previous ? revision : previous);
    if (!this.isSealed(position)) return [];

    const hash = leafHashOf(leafOf(stream, revision, event));
    const wrong = this.wrongWith(event, hash, leaf);
    if (wrong !== null) {
      this.rootsFollow = false;
      this.findings.tampered(position, wrong);
    }
    this.index = (leaf?.index ?? this.index) + 1;
    const tiles = this.tree.push(hash);
    if (this.tree.size === this.lastHead.size) this.rootAtHead = this.tree.root();
    return this.rootsFollow ? tiles : [];
  }

  private wrongWith(event: RecordedEvent, hash: Buffer, leaf: Leaf | undefined): string | null {
    if (leaf === undefined) return 'the seal has no leaf here: the event was inserted, or its leaf deleted';
    if (leaf.eventId !== event.eventId) return 'another event stands here than was sealed';
    if (!leaf.hash.equals(hash)) return 'the event was changed after it was sealed';
    if (leaf.index !== this.index) return `the seal has index ${leaf.index} here, ${this.index} is due`;
    return null;
  }

  /** @param position of the event that completed it */
  tile(tile: Tile, position: bigint, stored: Buffer | null): void {
    if (stored !== null && stored.equals(Buffer.concat(tile.hashes))) return;
    this.findings.tampered(position, `tile ${tile.index} of level ${tile.level} is not that of the events`);
  }

  /** @param said the signed contents; `null` = not signed by this log's key */
  head(head: SignedTreeHead, said: TreeHead | null, previousSize: number): void {
    const at = head.size === 0 ? null : this.lastPosition;
    if (said === null || said.size !== head.size || !said.root.equals(head.root)) {
      this.findings.tampered(at, `the tree head of ${head.size} events does not carry our signature`);
    }
    if (head.previousSize !== previousSize) {
      this.findings.tampered(at, `the tree head before the one of ${head.size} events has disappeared`);
    }
    if (!this.rootsFollow || this.tree.root().equals(head.root)) return;
    this.rootsFollow = false;
    this.findings.tampered(
      at,
      `the tree head of ${head.size} events is not that of the log: one of the last ${head.size - previousSize} was changed, or another tree was signed`,
    );
  }

  /** Ends the check. @param cutOff leaves after the last position read */
  end(cutOff: { readonly first: bigint | null; readonly count: number }): void {
    if (cutOff.first !== null) {
      this.rootsFollow = false;
      this.findings.tampered(cutOff.first, `the log ends here, ${cutOff.count} sealed events are cut off`);
    }
    if (this.sealed.size < this.lastHead.size) {
      this.rootsFollow = false;
      this.findings.tampered(
        this.lastPosition,
        `${this.lastHead.size} events are under the last tree head, the seal has ${this.sealed.size}`,
      );
    }
  }
}
