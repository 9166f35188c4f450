import { METRICS } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { DeliveryWorker } from './delivery.worker.js';

const breakerValues = { open: 1, halfOpen: 0.5, closed: 0 } as const;

/** Figures of the queues and breakers, read when the metrics are. */
@Injectable()
export class WorkerMetrics {
  constructor(@Inject(METRICS) registry: Registry, worker: DeliveryWorker) {
    const registers = [registry];
    new Gauge({
      name: 'dittoo_forwarding_queue_depth',
      help: 'Items waiting or being sent',
      labelNames: ['processor'],
      registers,
      async collect() {
        for (const { processorId } of worker.figures()) {
          this.set({ processor: processorId }, (await worker.queueOf(processorId))?.depth ?? 0);
        }
      },
    });
    new Gauge({
      name: 'dittoo_forwarding_breaker_open',
      help: '1 = the breaker is open, 0.5 = half open, 0 = closed',
      labelNames: ['processor'],
      registers,
      collect() {
        for (const { breaker, processorId } of worker.figures()) {
          this.set({ processor: processorId }, breakerValues[breaker]);
        }
      },
    });
  }
}
