import { pause, type GroupHandling, type Inbox, type Turn } from '@dittoo/kernel';
import type { InProcessTransport } from './in-process-transport.js';

const pageSize = 100;
/** How often the log is read although nothing was published: another process may relay, or be about to. */
const idleMs = { relaying: 10_000, notRelaying: 1_000 };
/** Each page costs a transaction: under load, events that arrive this close together share one. */
const gatherMs = 40;
/** How often a group saves a checkpoint that only skipped events; more often would cost a commit for each page. */
const passedOverEveryMs = 5_000;

/** The inbox could not handle the page; it has already alerted the reason. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
}

/**
 * One group of handlers reading the log. It remembers two positions: the checkpoint in the inbox, and how far it has
 * read since without an event it handles. When in doubt, it asks the inbox for the checkpoint and reads on from there.
 */
export class InProcessGroup {
  /** The inbox's value; `undefined` = must be read. */
  private checkpoint: bigint | null | undefined;
  private readTo: bigint | null = null;
  private era = -1;
  private savedAt = 0;
  private quiet = false;

  constructor(
    readonly name: string,
    private readonly transport: InProcessTransport,
    private readonly inbox: Inbox,
    private readonly handling: GroupHandling,
  ) {}

  /** Handles a page, or waits for one. @throws NotTaken retry after a pause */
  async turn({ signal }: Pick<Turn, 'signal'>): Promise<boolean> {
    const { state } = this.transport;
    if (await this.step()) return true;
    const came = await this.transport.moved(state, this.transport.live ? idleMs.relaying : idleMs.notRelaying, signal);
    this.quiet = !came;
    if (came) await pause(gatherMs, signal);
    return true;
  }

  /** Handles one page. @returns whether there was one */
  async step(): Promise<boolean> {
    const checkpoint = await this.place();
    const { readTo, transport } = this;
    // Nothing was published for a while: pages in memory may be outdated, so read the log.
    const page = await (this.quiet
      ? transport.store.readAll({ after: readTo, limit: pageSize })
      : transport.read(readTo, pageSize));
    this.quiet = false;
    if (page.after !== readTo) throw new Error('a page does not follow what was read');
    const wanted = page.events.filter(({ type }) => this.handling.handles(type));
    const moved = page.checkpoint !== null && page.checkpoint !== readTo;
    const reached = moved ? page.checkpoint : readTo;
    if (wanted.length > 0 || (reached !== checkpoint && performance.now() - this.savedAt > passedOverEveryMs)) {
      await this.deliver({ source: 'log', after: checkpoint, events: wanted, checkpoint: reached! });
    } else {
      this.readTo = reached;
    }
    return moved;
  }

  private async deliver(stretch: Parameters<Inbox['deliver']>[1] & { readonly source: 'log' }): Promise<void> {
    // If the page is not done, the checkpoint must be read again.
    this.checkpoint = undefined;
    const outcome = await this.inbox.deliver(this.name, stretch, this.handling);
    if (outcome === 'later') throw new NotTaken();
    if (outcome === 'done') this.standAt(stretch.checkpoint);
  }

  private async place(): Promise<bigint | null> {
    const { era } = this.transport;
    if (this.checkpoint === undefined || this.era !== era) {
      this.era = era;
      this.standAt(await this.inbox.checkpoint(this.name));
    }
    return this.checkpoint ?? null;
  }

  private standAt(checkpoint: bigint | null): void {
    this.checkpoint = checkpoint;
    this.readTo = checkpoint;
    this.savedAt = performance.now();
  }
}
