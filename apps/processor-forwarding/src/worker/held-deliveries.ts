import { AttentionWatcher, type AttentionFact } from '@dittoo/platform';
import { Injectable } from '@nestjs/common';
import { Lanes } from '../queue/lanes.js';
import { allQueueTables } from '../queue/queue-tables.js';

const patienceMs = 3_600_000;

/** Watches for deliveries that are neither sent nor given up: one item for each processor, however many wait. */
@Injectable()
export class HeldDeliveries {
  constructor(
    watcher: AttentionWatcher,
    private readonly lanes: Lanes,
  ) {
    watcher.add({ kind: 'deliveryHeld', where: 'processor-forwarding', look: () => this.look() });
  }

  private async look(): Promise<AttentionFact<'deliveryHeld'>[]> {
    const facts = await Promise.all(
      allQueueTables.map(async (tables): Promise<AttentionFact<'deliveryHeld'>[]> => {
        const since = await this.lanes.heldSince(tables, patienceMs);
        const { processorId } = tables;
        return since === null ? [] : [{ key: processorId, about: { processorId }, since }];
      }),
    );
    return facts.flat();
  }
}
