import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DomainError,
  type Gather,
  type Inbox,
  type ParkedStream,
  type RecordedEvent,
  type Replay,
} from '@dittoo/kernel';
import { EventDelivery } from './event-delivery.js';
import type { InProcessRoad } from './in-process-road.js';

export interface DeliveryLog {
  /** A group's loop failed outside a handler, e.g. the database is away; it goes on by itself. */
  interrupted(group: string, error: unknown): void;
}

const chunkSize = 100;
const idlePollMs = 1_000;
/** A chunk costs a transaction whatever is in it: under load, what comes this close together shares one. */
const gatherMs = 20;
/** How often a group writes down that it passed over events it does not want; more often would cost a commit for each. */
const passedOverEveryMs = 5_000;

/**
 * Delivery in one process: each group follows the road from its own checkpoint, a chunk at a time, through the inbox.
 *
 * Order: a group sees the log in position order, so every stream in revision order. Dies here: the checkpoint and the
 * rows moved together, the chunk comes again. Not promised: that two groups are equally far.
 */
export class InProcessDelivery extends EventDelivery {
  override readonly transportId = Symbol.for('in-process');
  private readonly stop = new AbortController();
  private loops: Promise<void>[] = [];

  constructor(
    private readonly road: InProcessRoad,
    private readonly inbox: Inbox,
    private readonly log: DeliveryLog,
  ) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    setMaxListeners(0, this.stop.signal); // every group waits on it
    this.loops = [...this.groups.keys()].map((group) => this.follow(group));
    callback();
  }

  /** Lets the chunk in hand finish, takes no other. */
  async close(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.loops);
  }

  parkedStreams(): Promise<ParkedStream[]> {
    return this.inbox.parkedStreams();
  }

  async replayParked(group: string, stream: string): Promise<Replay> {
    if (!this.groups.has(group)) throw new DomainError('not-found');
    const handle = this.handler(group);
    return this.inbox.replayParked(group, stream, this.road.store, (event, transaction, gather) =>
      // A type the group no longer takes needs no handling.
      this.handles(group, event.type) ? handle(event, transaction, gather) : noHandler(),
    );
  }

  private async follow(group: string): Promise<void> {
    const { signal } = this.stop;
    for (let failures = 0; !signal.aborted; failures++) {
      if (failures > 0) await pause(failures, signal);
      try {
        let checkpoint = await this.inbox.checkpoint(group);
        let saved = checkpoint;
        let savedAt = performance.now();
        while (!signal.aborted) {
          const state = this.road.state;
          const page = await this.road.read(checkpoint, chunkSize);
          if (page.events.length === 0 || page.checkpoint === null) {
            checkpoint = page.checkpoint; // the log may have grown by what is nobody's event
            // Events nobody here wants are passed over; written down now and then, or a start would read them again.
            if (checkpoint !== null && checkpoint !== saved && performance.now() - savedAt > passedOverEveryMs) {
              if ((await this.inbox.deliver(group, [], checkpoint, noHandler)) === 'later') break;
              saved = checkpoint;
              savedAt = performance.now();
            }
            if (await this.road.moved(state, idlePollMs, signal)) await quiet(gatherMs, signal);
            continue;
          }
          const wanted = page.events.filter((event) => this.handles(group, event.type));
          const outcome =
            wanted.length === 0
              ? 'done'
              : await this.inbox.deliver(group, wanted, page.checkpoint, this.handler(group));
          if (outcome === 'later') break;
          checkpoint = page.checkpoint;
          if (wanted.length > 0) {
            saved = checkpoint;
            savedAt = performance.now();
          }
          failures = 0;
        }
      } catch (error) {
        this.log.interrupted(group, error);
      }
    }
  }

  private handler(group: string) {
    return (event: RecordedEvent, transaction: unknown, gather: Gather): Promise<void> =>
      this.dispatch(event, { group, transaction, gather });
  }
}

const noHandler = (): Promise<void> => Promise.resolve();

/** Full jitter, at most five seconds. */
const pause = async (failures: number, signal: AbortSignal): Promise<void> => {
  const ceiling = Math.min(5_000, 50 * 2 ** Math.min(failures, 7));
  await quiet(Math.random() * ceiling, signal);
};

/** Sleeps, at most until aborted. */
const quiet = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
};
