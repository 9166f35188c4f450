import { DomainError, Loop, type Inbox, type ParkedPlace, type ParkedStream, type Replay } from '@dittoo/kernel';
import { EventDelivery } from './event-delivery.js';
import { InProcessGroup, NotTaken } from './in-process-group.js';
import type { InProcessTransport } from './in-process-transport.js';

export interface DeliveryLog {
  /** A group's loop failed outside a handler, e.g. the database is unavailable; the loop retries by itself. */
  interrupted(group: string, error: unknown): void;
}

/**
 * Delivery in one process: each group follows the log from its own checkpoint, a page at a time, through the inbox.
 *
 * Order: a group sees the log in position order, so every stream in revision order. If the process dies here:
 * checkpoint and rows change in one transaction, and an unfinished page is redelivered. Not promised: equal progress of
 * two groups.
 */
export class InProcessDelivery extends EventDelivery {
  override readonly transportId = Symbol.for('in-process');
  private loops: readonly Loop[] = [];

  constructor(
    private readonly transport: InProcessTransport,
    protected override readonly inbox: Inbox,
    private readonly log: DeliveryLog,
  ) {
    super();
  }

  override listen(callback: (error?: unknown) => void): void {
    this.loops = [...this.groups.keys()].map((name) => {
      const group = new InProcessGroup(name, this.transport, this.inbox, this.handling(name));
      const failed = (error: unknown): void => {
        if (!(error instanceof NotTaken)) this.log.interrupted(name, error);
      };
      return new Loop((turn) => group.turn(turn), { pauseMs: 0, failed });
    });
    for (const loop of this.loops) loop.start();
    callback();
  }

  /** Lets the current page finish and starts no other. */
  override async close(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  override parkedStreams(): Promise<ParkedStream[]> {
    return this.inbox.parkedStreams();
  }

  override parkedAmong(streams: readonly string[]): Promise<ParkedPlace[]> {
    return this.inbox.parkedAmong(streams);
  }

  override async replayParked(group: string, stream: string): Promise<Replay> {
    if (!this.groups.has(group)) throw new DomainError('not-found');
    return this.inbox.replayParked(group, stream, this.handling(group));
  }
}
