import { EventPublisher, EventStore } from '@dittoo/kernel';
import { AttentionWatcher, ROW_POOL, type AttentionFact } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { RelayCheckpoint } from './relay-checkpoint.js';

const patienceMs = 30_000;

/** Watches whether events reach the transport; also in a relay that stands by, about one that does not move. */
@Injectable()
export class RelayLag {
  private readonly checkpoint: RelayCheckpoint;

  constructor(
    watcher: AttentionWatcher,
    private readonly store: EventStore,
    private readonly publisher: EventPublisher,
    @Inject(ROW_POOL) pool: Pool,
  ) {
    this.checkpoint = new RelayCheckpoint(pool, publisher.transport);
    watcher.add({ kind: 'relayLagging', where: 'relay', twice: true, look: (now) => this.look(now) });
  }

  private async look(now: string): Promise<AttentionFact<'relayLagging'>[]> {
    const [next] = (await this.store.readAll({ after: await this.checkpoint.position(), limit: 1 })).events;
    if (next === undefined) return [];
    const { recordedAt } = next.metadata;
    if (Date.parse(now) - Date.parse(recordedAt) <= patienceMs) return [];
    const { transport } = this.publisher;
    return [{ key: transport, about: { transport }, since: recordedAt }];
  }
}
