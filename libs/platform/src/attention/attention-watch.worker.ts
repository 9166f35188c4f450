import type { AttentionKind } from '@dittoo/contracts';
import { Clock, Loop } from '@dittoo/kernel';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOGGER } from '../parts/tokens.js';
import { AttentionItems, type AttentionFact } from './attention-items.js';
import type { ListedItem } from './attention-rows.js';

const everyMs = 10_000;

/** Looks for the facts of one kind that no event says. */
export interface AttentionWatch<Kind extends AttentionKind> {
  readonly kind: Kind;
  /** The service, and where it helps the part of it. */
  readonly where: string;
  /** Opens what two turns in a row have found: a start after a pause finds what is old and about to be done. */
  readonly twice?: true;
  /**
   * The facts that hold now. An item of this kind that is open and not among them is closed.
   *
   * @param open the items of this kind that are open: a watch that cannot judge one of them returns it
   * @throws anything: then nothing of this kind is opened or closed in this turn
   */
  look(now: string, open: readonly ListedItem<Kind>[]): Promise<readonly AttentionFact<Kind>[]>;
}

/** The items whose facts the last turn of a watch has found. */
interface Seen {
  ids: ReadonlySet<string>;
}

/**
 * Opens and closes the items of a process's watches. Every process of a service does it, without a lease: they see the
 * same facts, and an item is opened and closed once.
 *
 * Dies here: the next turn of this process or another finds the same facts.
 */
@Injectable()
export class AttentionWatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly turns: (() => Promise<void>)[] = [];
  private readonly loop: Loop;

  constructor(
    private readonly items: AttentionItems,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.loop = new Loop(() => this.check().then(() => false), { pauseMs: everyMs, failed: () => undefined });
  }

  /** For the start of a service. */
  add<Kind extends AttentionKind>(watch: AttentionWatch<Kind>): void {
    const seen: Seen = { ids: new Set() };
    this.turns.push(async () => {
      try {
        await this.turn(watch, seen);
      } catch (error) {
        // One watch that fails keeps no other from its work.
        const failure = error instanceof Error ? error.name : 'unknown';
        this.logger.warn({ kind: watch.kind, failure }, 'attention.watch-failed');
      }
    });
  }

  /** One turn of every watch. */
  async check(): Promise<void> {
    for (const turn of this.turns) if (!this.loop.signal.aborted) await turn();
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  private async turn<Kind extends AttentionKind>(watch: AttentionWatch<Kind>, seen: Seen): Promise<void> {
    const open = await this.items.rows.openOf(watch.kind);
    const facts = await watch.look(this.clock.now(), open);
    const known = new Set(open.map(({ id }) => id));
    const hold = new Set(facts.map(({ key }) => this.items.idOf(watch.kind, key)));
    const before = seen.ids;
    seen.ids = hold;
    for (const fact of facts) {
      const id = this.items.idOf(watch.kind, fact.key);
      if (known.has(id) || (watch.twice === true && !before.has(id))) continue;
      await this.items.open(watch.kind, watch.where, fact);
    }
    for (const { id } of open) if (!hold.has(id)) await this.items.closeById(id);
  }
}
