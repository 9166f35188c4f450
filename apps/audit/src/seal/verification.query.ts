import { setTimeout as sleep } from 'node:timers/promises';
import { EventStore, KeyRing, Sealer, type RecordedEvent } from '@dittoo/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { AUDIT_CONFIG, type AuditConfig } from '../audit.config.js';
import type { Tile } from '../merkle/growing-tree.js';
import { EnvelopeCheck } from './envelope-check.query.js';
import { Findings, LogCheck, type Problem } from './log-check.js';
import { readOverHoles } from './log-reader.js';
import { LogSealer } from './log-sealer.worker.js';
import { numberedPage } from './numbered-page.js';
import { SealStore, type Leaf, type Sealed, type SignedTreeHead } from './seal-store.js';
import { SigningKey } from './signing-key.js';
import { VerificationRecord } from './verification-record.js';

export interface VerificationResult {
  readonly verdict: 'ok' | 'tampered' | 'incomplete';
  readonly treeSize: number;
  readonly rootHash: Buffer;
  readonly events: number;
  readonly problems: readonly Problem[];
}

interface Checks {
  readonly log: LogCheck;
  readonly envelopes: EnvelopeCheck;
  readonly heads: HeadsInOrder;
  readonly findings: Findings;
  /** The last sealed position of the store. */
  readonly sealed: Sealed;
}

const headsPerRead = 1000;
/** Keys are destroyed just before the event that reports it. */
const erasureGraceMs = 500;
const erasureGraces = 4;

/**
 * Reads the whole log again and trusts no other stored data. The sealed size is fixed at the start, so that it can run
 * while the log grows. Memory: a page, the right edge of the tree, one number for each stream, and the names of
 * destroyed keys.
 */
@Injectable()
export class Verification {
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly sealer: Sealer,
    private readonly keys: KeyRing,
    private readonly seal: SealStore,
    private readonly signingKey: SigningKey,
    private readonly logSealer: LogSealer,
    private readonly record: VerificationRecord,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
  ) {}

  /** One at a time, because it loads the database fully. */
  verify(): Promise<VerificationResult> {
    const result = this.queue.then(() => this.run());
    this.queue = result.catch(() => undefined);
    return result;
  }

  private async run(): Promise<VerificationResult> {
    const findings = new Findings();
    const lastHead = await this.seal.lastHead(this.config.origin);
    const sealed = await this.seal.sealed();
    if (lastHead === null) {
      findings.tampered(null, 'the signed tree heads have disappeared');
    } else if (lastHead.size < (this.logSealer.lastSigned?.size ?? 0)) {
      findings.tampered(null, `the tree head of ${this.logSealer.lastSigned?.size} events has disappeared`);
    }
    if (!(await this.signingKey.isUnchanged())) findings.tampered(null, 'the signing key was changed');
    if (this.logSealer.refused !== null) findings.tampered(null, `the seal refused to sign: ${this.logSealer.refused}`);

    const dense = this.store.densePositions;
    const inNumbers = { size: sealed.size, lastPosition: sealed.size === 0 ? null : BigInt(sealed.size) - 1n };
    const log = new LogCheck(dense ? sealed : inNumbers, dense, lastHead ?? noHead, findings);
    const envelopes = new EnvelopeCheck(this.sealer, this.keys, findings);
    const heads = new HeadsInOrder(this.seal, this.config.origin, lastHead?.size ?? -1);
    await this.checkHeads(heads, log);
    const read = (from: bigint | null) => this.read(from, { log, envelopes, heads, findings, sealed });
    let after = await read(null);
    if (!findings.full) log.end(await this.seal.countBetween(after, sealed.lastPosition));
    for (let graces = 0; graces < erasureGraces && !findings.full && envelopes.unexplained.length > 0; graces++) {
      await sleep(erasureGraceMs);
      after = await read(after);
    }
    envelopes.end();
    await this.checkHeadsBeyond(heads, log);
    const result = {
      verdict: findings.verdict,
      treeSize: lastHead?.size ?? 0,
      rootHash: log.root,
      events: log.events,
      problems: findings.problems,
    };
    await this.record.add(result);
    return result;
  }

  /** @returns the last position checked */
  private async read(
    start: bigint | null,
    { log, envelopes, heads, findings, sealed }: Checks,
  ): Promise<bigint | null> {
    let after = start;
    for await (const stretch of readOverHoles(this.store, start)) {
      const upTo = stretch.kind === 'hole' ? stretch.position : stretch.upTo;
      const leaves = await this.leaves(after, upTo, sealed);
      if (stretch.kind === 'hole') {
        log.hole(stretch.position, leaves.get(stretch.position));
      } else {
        const places = this.store.densePositions
          ? stretch.events.map((event) => ({ event, leaf: leaves.get(event.position) }))
          : [...numberedPage(stretch.events, leaves, log.next)];
        await this.checkPage(places, log, heads);
        await envelopes.page(places.flatMap(({ event }) => event ?? []));
      }
      after = upTo;
      if (findings.full) return after;
    }
    return after;
  }

  private async leaves(
    after: bigint | null,
    upTo: bigint,
    { lastPosition }: Sealed,
  ): Promise<ReadonlyMap<bigint, Leaf>> {
    if (lastPosition === null || (after ?? -1n) >= lastPosition) return new Map();
    return new Map((await this.seal.leavesBetween(after, upTo)).map((leaf) => [leaf.position, leaf]));
  }

  private async checkPage(
    places: readonly { readonly event: RecordedEvent | null; readonly leaf: Leaf | undefined }[],
    log: LogCheck,
    heads: HeadsInOrder,
  ): Promise<void> {
    const tiles: (Tile & { readonly position: bigint })[] = [];
    for (const { event, leaf } of places) {
      if (event === null) {
        log.hole(BigInt(leaf!.index), leaf);
        continue;
      }
      const { position } = event;
      for (const tile of log.event(event, leaf)) tiles.push({ ...tile, position });
      if (heads.nextSize === log.tree.size) await this.checkHeads(heads, log);
    }
    const stored = tiles.length === 0 ? [] : await this.seal.tiles(tiles);
    for (const [n, tile] of tiles.entries()) log.tile(tile, tile.position, stored[n] ?? null);
  }

  private async checkHeads(heads: HeadsInOrder, log: LogCheck): Promise<void> {
    await heads.ready();
    for (let head = heads.take(log.tree.size); head !== null; head = heads.take(log.tree.size)) {
      log.head(head, await this.signingKey.open(head.note), heads.previousSize);
      heads.previousSize = head.size;
      await heads.ready();
    }
  }

  /** Heads over more events than the log has: checks at least their signatures. */
  private async checkHeadsBeyond(heads: HeadsInOrder, log: LogCheck): Promise<void> {
    for (await heads.ready(); heads.nextSize !== null; await heads.ready()) {
      const head = heads.take(heads.nextSize)!;
      log.head(head, await this.signingKey.open(head.note), heads.previousSize);
      heads.previousSize = head.size;
    }
  }
}

const noHead: SignedTreeHead = { size: 0, previousSize: -1, root: Buffer.alloc(0), note: '' };

/** The stored heads up to the one pinned at the start, many per read. */
class HeadsInOrder {
  previousSize = -1;
  private waiting: SignedTreeHead[] = [];
  private read = -1;

  constructor(
    private readonly seal: SealStore,
    private readonly origin: string,
    private readonly upTo: number,
  ) {}

  get nextSize(): number | null {
    return this.waiting[0]?.size ?? null;
  }

  /** Reads the next page when the buffer is empty. */
  async ready(): Promise<void> {
    if (this.waiting.length > 0 || this.read >= this.upTo) return;
    const heads = await this.seal.headsAfter(this.origin, this.read, headsPerRead);
    this.waiting = heads.filter(({ size }) => size <= this.upTo);
    this.read = heads.at(-1)?.size ?? this.upTo;
  }

  /** The next head if it is over exactly `size` events. */
  take(size: number): SignedTreeHead | null {
    return this.waiting[0]?.size === size ? this.waiting.shift()! : null;
  }
}
