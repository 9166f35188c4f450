import { EventPublisher, EventStore } from '@dittoo/kernel';
import { AttentionWatcher, ROW_POOL, type AttentionFact } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { RelayCheckpoint } from './relay-checkpoint.js';
import { RelayParking } from './relay-parking.js';

const patienceMs = 30_000;

/** Watches whether every event reaches the transport; also in a relay that stands by, about one that does not move. */
@Injectable()
export class RelayWatches {
  private readonly checkpoint: RelayCheckpoint;
  private readonly parking: RelayParking;

  constructor(
    watcher: AttentionWatcher,
    private readonly store: EventStore,
    private readonly publisher: EventPublisher,
    @Inject(ROW_POOL) pool: Pool,
  ) {
    this.checkpoint = new RelayCheckpoint(pool, publisher.transport);
    this.parking = new RelayParking(pool);
    watcher.add({ kind: 'eventLeftOut', where: 'relay', look: () => this.leftOut() });
    watcher.add({ kind: 'relayLagging', where: 'relay', twice: true, look: (now) => this.look(now) });
  }

  private async leftOut(): Promise<AttentionFact<'eventLeftOut'>[]> {
    const parked = await this.parking.all();
    return parked.map(({ parkedAt, position, reason }) => ({
      key: position,
      about: { position, reason },
      since: parkedAt,
    }));
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
