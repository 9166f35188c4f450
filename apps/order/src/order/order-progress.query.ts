import { setTimeout as pause } from 'node:timers/promises';
import type { OrderEvents } from '@dittoo/contracts';
import { EventStore, EventStoreUnavailable, recordedAs, streamName, type OrderId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { evolve, type Order } from './order.js';
import type { OrderStateAnswer } from './order.http.js';
import { stateAnswer } from './order.query.js';

const pollMs = 400;

/**
 * Follows one order in the store: its current state, then each change. It polls, because any process may make the
 * change and reading one stream costs an index lookup. No personal data is opened.
 */
@Injectable()
export class OrderProgress {
  constructor(private readonly store: EventStore) {}

  /** `null` = nothing new; yielded at every poll, so that the caller can act in between. */
  async *follow(orderId: OrderId, signal: AbortSignal): AsyncGenerator<OrderStateAnswer | null> {
    const stream = streamName('order', orderId);
    let order: Order = { stage: 'none' };
    let shown = '';
    for (let next = 0n; !signal.aborted;) {
      const changes: OrderStateAnswer[] = [];
      const catchingUp = next === 0n;
      try {
        for await (const recorded of this.store.readStream(stream, { fromRevision: next })) {
          order = evolve(order, recordedAs<OrderEvents>(recorded));
          next = recorded.revision + 1n;
          if (order.stage !== 'none') changes.push(stateAnswer(orderId, order));
        }
      } catch (error) {
        if (!(error instanceof EventStoreUnavailable)) throw error; // else: read again from the same revision
      }
      for (const state of catchingUp ? changes.slice(-1) : changes) {
        const text = JSON.stringify(state);
        if (text !== shown) yield state;
        shown = text;
      }
      yield null;
      await pause(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
