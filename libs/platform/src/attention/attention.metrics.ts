import { attentionKinds } from '@dittoo/contracts';
import { Gauge, type Registry } from 'prom-client';
import type { AttentionRows } from './attention-rows.js';

/** Open items by kind, none included. Every process of the shop reports the same value, so use `max`, not `sum`. */
export const meterAttention = (metrics: Registry, rows: Pick<AttentionRows, 'counts'>): void => {
  new Gauge({
    name: 'dittoo_attention_items',
    help: 'Attention items of a kind that are open; the same in every process',
    labelNames: ['kind'],
    registers: [metrics],
    async collect() {
      const counts = await rows.counts().catch(() => undefined);
      // During a database outage the last value remains.
      if (counts === undefined) return;
      for (const kind of attentionKinds) this.set({ kind }, counts[kind] ?? 0);
    },
  });
};
