import { METRICS } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Labels are processors, intents and codes of ours; nothing about a person. */
@Injectable()
export class AttemptMetrics {
  readonly delivered: Histogram<'processor' | 'intent'>;
  readonly failures: Counter<'processor' | 'intent' | 'reason'>;
  readonly refusals: Counter<'processor' | 'intent' | 'reason'>;
  readonly parked: Counter<'processor' | 'intent' | 'reason'>;

  constructor(@Inject(METRICS) registry: Registry) {
    const registers = [registry];
    this.delivered = new Histogram({
      name: 'dittoo_forwarding_delivery_seconds',
      help: 'From the queue to the recorded outcome',
      labelNames: ['processor', 'intent'],
      buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600],
      registers,
    });
    const counter = (name: string, help: string) =>
      new Counter({ name, help, labelNames: ['processor', 'intent', 'reason'] as const, registers });
    this.failures = counter('dittoo_forwarding_failures_total', 'Attempts that failed');
    this.refusals = counter('dittoo_forwarding_refusals_total', 'Forwardings the gate refused');
    this.parked = counter('dittoo_forwarding_parked_total', 'Forwardings given up until an officer acts');
  }
}
