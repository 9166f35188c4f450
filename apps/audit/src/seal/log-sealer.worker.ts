import { Clock, EventStore, EventStoreUnavailable, leafHashOf, leafOf, Loop, pause, type Turn } from '@dittoo/kernel';
import { ageGauge, Alarms, LOGGER, METRICS } from '@dittoo/platform';
import { isTransient } from '@dittoo/projections';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { AUDIT_CONFIG, type AuditConfig } from '../audit.config.js';
import type { GrowingTree } from '../merkle/growing-tree.js';
import { emptyRoot } from '../merkle/hashing.js';
import { consistencyRanges, provesConsistency } from '../merkle/proof.js';
import { Overtaken, SealStore, type SignedTreeHead } from './seal-store.js';
import { SigningKey } from './signing-key.js';

const pageSize = 1000;
const signEveryMs = 1_000;
/** A page costs a transaction whatever it holds, and a head is signed once a second at most: events gather meanwhile. */
const gatherMs = 250;

/** Stored data contradicts what was signed. Nothing may be signed again before an operator has investigated. */
class SealBroken extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'SealBroken';
  }
}

interface Integrated {
  readonly size: number;
  readonly root: Buffer;
}

/**
 * Log -> leaves and tiles -> signed tree head, at most one a second while the log grows. Reads the log like any
 * consumer: an append never waits for it.
 *
 * Dies between the leaves and the head: the leaves are stored, and the next start continues and signs them. Leaves and
 * tiles of a page are one transaction. Two sealers at once: one adds leaves, the other reads again; heads are chained,
 * so only one of two is stored. Before signing, the stored tree must be proven to extend the last signed one; where
 * that fails the sealer refuses, reports it by log, metric and alarm, and signs nothing until it is restarted.
 */
@Injectable()
export class LogSealer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new Loop((turn) => this.turn(turn), {
    pauseMs: 0,
    failed: (error) => this.logger.warn({ failure: (error as Error).name }, 'seal.interrupted'),
  });
  private integrated: Integrated | undefined;
  private signed: SignedTreeHead | undefined;
  private refusal: string | null = null;
  private wakeSigner: () => void = () => undefined;

  constructor(
    private readonly events: EventStore,
    private readonly store: SealStore,
    private readonly key: SigningKey,
    private readonly clock: Clock,
    private readonly alarms: Alarms,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Registry,
  ) {
    const gauge = (name: string, help: string, value: () => number): void => {
      new Gauge({
        name,
        help,
        registers: [metrics],
        collect() {
          this.set(value());
        },
      });
    };
    gauge('dittoo_unsealed_events', 'Events read from the log that are under no signed tree head yet', () =>
      Math.max(0, (this.integrated?.size ?? 0) - (this.signed?.size ?? 0)),
    );
    ageGauge(metrics, {
      name: 'dittoo_seal_lag_seconds',
      help: 'Age of the oldest event under no signed tree head',
      measure: async () => new Map([['', await this.unsealedSince()]]),
      now: () => Date.parse(this.clock.now()),
    });
    gauge('dittoo_seal_refused', '1 = what is stored contradicts what was signed', () =>
      this.refusal === null ? 0 : 1,
    );
  }

  /** Why the sealer refuses to sign; `null` = it does not. */
  get refused(): string | null {
    return this.refusal;
  }

  /** The last head this process has seen in the database. */
  get lastSigned(): SignedTreeHead | undefined {
    return this.signed;
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Signs the events already read, then stops. */
  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** When the oldest event under no signed tree head was recorded, by what is stored; `null` = there is none. */
  async unsealedSince(): Promise<string | null> {
    const last = await this.store.lastHead(this.config.origin);
    const after = await this.store.positionOf((last?.size ?? 0) - 1);
    const { events } = await this.events.readAll({ after, limit: 50 });
    return events[0]?.metadata.recordedAt ?? null;
  }

  private async turn(turn: Turn): Promise<boolean> {
    try {
      await this.session(turn);
    } catch (error) {
      if (error instanceof Overtaken) return true;
      if (error instanceof EventStoreUnavailable || isTransient(error)) throw error;
      this.refuse(error);
      this.loop.end();
    }
    return false;
  }

  private refuse(error: unknown): void {
    // These errors have own messages, about positions and sizes; of other errors only the name is safe to log.
    const ours = error instanceof Error && /Broken$|Rejected$/.test(error.name);
    this.refusal = ours ? error.message : error instanceof Error ? error.name : 'unknown';
    this.alarms.raise('audit.seal-refused');
    this.logger.fatal({ reason: this.refusal }, 'seal.refused');
  }

  private async session({ progressed, signal }: Turn): Promise<void> {
    const { size, lastPosition } = await this.store.sealed();
    this.signed = await this.requireSigned(size);
    const tree = await this.store.tree(size);
    this.integrated = { size, root: tree.root() };
    const session = new AbortController();
    const ends = AbortSignal.any([signal, session.signal]);
    ends.addEventListener('abort', () => this.wakeSigner());
    const parts = [this.follow(tree, lastPosition, ends), this.signing(ends, progressed)];
    try {
      await Promise.all(parts);
    } finally {
      session.abort();
      await Promise.allSettled(parts);
    }
    await this.sign();
  }

  /** The last signed head, if the stored tree still extends it; at first the head of the empty tree. */
  private async requireSigned(size: number): Promise<SignedTreeHead> {
    const { origin } = this.config;
    const last = await this.store.lastHead(origin);
    if (last === null) {
      if (this.signed !== undefined) throw new SealBroken('the signed tree heads have disappeared');
      const empty = {
        size: 0,
        previousSize: -1,
        root: emptyRoot,
        note: await this.key.sign({ size: 0, root: emptyRoot }),
      };
      await this.store.addHead(origin, empty, this.clock.now());
      return this.requireSigned(size);
    }
    await this.requireOurs(last);
    if (last.size > size) throw new SealBroken(`${last.size} leaves are signed, ${size} are stored`);
    const [root] = await this.store.roots([{ begin: 0, end: last.size }]);
    if (!root!.equals(last.root))
      throw new SealBroken(`the stored tree of ${last.size} is not the one that was signed`);
    return last;
  }

  private async requireOurs(head: SignedTreeHead): Promise<void> {
    const said = await this.key.open(head.note);
    if (said === null || said.size !== head.size || !said.root.equals(head.root)) {
      throw new SealBroken(`the signed tree head of ${head.size} does not carry our signature`);
    }
    if (this.signed !== undefined && head.size < this.signed.size) {
      throw new SealBroken(`the signed tree head of ${this.signed.size} has disappeared`);
    }
  }

  private async follow(tree: GrowingTree, after: bigint | null, signal: AbortSignal): Promise<void> {
    for await (const { events } of this.events.subscribeToAll({ after, limit: pageSize, signal })) {
      if (events.length === 0) continue;
      const { size } = tree;
      const leaves = events.map((event) => ({
        position: event.position,
        eventId: event.eventId,
        hash: leafHashOf(leafOf(event.stream, event.revision, event)),
      }));
      const tiles = leaves.flatMap(({ hash }) => tree.push(hash));
      await this.store.integrate(size, leaves, tiles);
      this.grown(tree);
      if (events.length < pageSize) await pause(gatherMs, signal);
    }
  }

  private grown(tree: GrowingTree): void {
    this.integrated = { size: tree.size, root: tree.root() };
    this.wakeSigner();
  }

  private async signing(signal: AbortSignal, progressed: () => void): Promise<void> {
    while (!signal.aborted) {
      if (this.integrated!.size > this.signed!.size) {
        await this.sign();
        progressed();
        await pause(signEveryMs, signal);
      } else {
        await new Promise<void>((resolve) => {
          this.wakeSigner = resolve;
        });
      }
    }
  }

  /** Signs the current tree, if storage returns the same tree and it extends the last signed one. */
  private async sign(): Promise<void> {
    const { size, root } = this.integrated!;
    const last = await this.store.lastHead(this.config.origin);
    if (last === null) throw new SealBroken('the signed tree heads have disappeared');
    await this.requireOurs(last);
    this.signed = last;
    if (size <= last.size) return;
    const [stored] = await this.store.roots([{ begin: 0, end: size }]);
    if (!stored!.equals(root)) throw new SealBroken(`the stored tree of ${size} is not the one of the events`);
    const proof = await this.store.roots(consistencyRanges(last.size, size));
    if (!provesConsistency(proof, { from: last.size, to: size, fromRoot: last.root, toRoot: root })) {
      throw new SealBroken(`the tree of ${size} does not start with the signed one of ${last.size}`);
    }
    const head = { size, previousSize: last.size, root, note: await this.key.sign({ size, root }) };
    if (!(await this.store.addHead(this.config.origin, head, this.clock.now()))) return; // another sealer was faster
    this.signed = head;
    this.logger.debug({ size }, 'seal.signed');
  }
}
