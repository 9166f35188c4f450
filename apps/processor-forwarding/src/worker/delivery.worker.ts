import { NotificationListener } from '@dittoo/kernel';
import { LOGGER, ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { Attempts } from '../attempt/attempts.js';
import { RecipientErasure } from '../attempt/recipient-erasure.js';
import { MAIL_PROVIDER, mailProcessorId, type MailProvider } from '../mail/mail-provider.js';
import { PAYMENT_PROCESSORS, type PaymentProcessors } from '../payment/connect-processors.js';
import { PaymentWatch } from '../payment/payment-watch.js';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import type { QueueFigures } from '../queue/item.js';
import { Lanes } from '../queue/lanes.js';
import { allQueueTables, wakeChannel } from '../queue/queue-tables.js';
import type { BreakerState } from './circuit-breaker.js';
import { ProcessorWorker } from './processor-worker.js';

/** One processor's worker in this process. */
export interface WorkerFigures {
  readonly processorId: string;
  readonly connected: boolean;
  readonly breaker: BreakerState;
}

/**
 * Takes due lanes and runs their items. Each processor has a loop, connections and a breaker of its own: a slow one
 * delays no other.
 *
 * Killed: leases expire and another worker takes the lanes; `Attempts` describes what happens to the current item.
 * Asked to stop: no more lanes are claimed, and the current items are finished.
 */
@Injectable()
export class DeliveryWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly workers: ProcessorWorker[];
  private readonly listener: NotificationListener<PoolClient>;

  constructor(
    @Inject(ROW_POOL) pool: Pool,
    @Inject(LOGGER) logger: Logger,
    @Inject(FORWARDING_CONFIG) config: ForwardingConfig,
    @Inject(PAYMENT_PROCESSORS) private readonly processors: PaymentProcessors,
    @Inject(MAIL_PROVIDER) mail: MailProvider | null,
    private readonly lanes: Lanes,
    attempts: Attempts,
    watch: PaymentWatch,
    erasure: RecipientErasure,
  ) {
    const parts = { lanes, attempts, watch, erasure, config, logger };
    this.workers = allQueueTables.map((tables) => {
      const { processorId } = tables;
      const processor = processors.get(processorId) ?? null;
      return new ProcessorWorker({ tables, processor, mail: processorId === mailProcessorId ? mail : null }, parts);
    });
    // The intake notifies when it queues an item. Only a shortcut: a lost announcement costs some seconds.
    this.listener = new NotificationListener<PoolClient>({
      channel: wakeChannel,
      connect: () => pool.connect(),
      disconnect: (client) => client.release(true),
      heard: (processorId) => this.workerOf(processorId)?.wake(),
      listening: () => this.workers.forEach((worker) => worker.wake()),
    });
  }

  onApplicationBootstrap(): void {
    for (const worker of this.workers) worker.start();
    this.listener.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.listener.stop(), ...this.workers.map((worker) => worker.stop())]);
    await Promise.all([...this.processors.values()].map((processor) => processor.close()));
  }

  /** `null` = nothing is ever queued for it. */
  async queueOf(processorId: string): Promise<QueueFigures | null> {
    const worker = this.workerOf(processorId);
    return worker === undefined ? null : this.lanes.figures(worker.connection.tables);
  }

  figures(): WorkerFigures[] {
    return this.workers.map(({ connection, breaker }) => ({
      processorId: connection.tables.processorId,
      connected: connection.processor !== null || connection.mail !== null,
      breaker: breaker.state,
    }));
  }

  private workerOf(processorId: string): ProcessorWorker | undefined {
    return this.workers.find(({ connection }) => connection.tables.processorId === processorId);
  }
}
