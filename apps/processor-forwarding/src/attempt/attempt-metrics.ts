import { METRICS } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Labels are processors, intents and words of ours; nothing about anybody. */
@Injectable()
export class ForwardingMetrics {
  readonly delivered: Histogram<'processor' | 'intent'>;
  readonly failures: Counter<'processor' | 'intent' | 'reason'>;
  readonly refusals: Counter<'processor' | 'intent' | 'reason'>;
  readonly parked: Counter<'processor' | 'intent' | 'reason'>;
  private readonly registers: Registry[];

  constructor(@Inject(METRICS) registry: Registry) {
    const registers = [registry];
    this.registers = registers;
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

  /** Figures that are asked for when somebody looks. */
  watch(
    depth: () => Promise<ReadonlyMap<string, number>>,
    breakers: () => ReadonlyMap<string, 'closed' | 'open' | 'halfOpen'>,
  ): void {
    const { registers } = this;
    new Gauge({
      name: 'dittoo_forwarding_queue_depth',
      help: 'Items waiting or being sent',
      labelNames: ['processor'],
      registers,
      async collect() {
        for (const [processor, value] of await depth()) this.set({ processor }, value);
      },
    });
    new Gauge({
      name: 'dittoo_forwarding_breaker_open',
      help: '1 = the breaker is open, 0.5 = half open, 0 = closed',
      labelNames: ['processor'],
      registers,
      collect() {
        for (const [processor, state] of breakers()) {
          this.set({ processor }, state === 'open' ? 1 : state === 'halfOpen' ? 0.5 : 0);
        }
      },
    });
  }
}
