import { sequencerLag } from '@dittoo/event-store';
import type { EventDelivery } from '@dittoo/messaging';
import type { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';

/** A measurement that takes longer counts as failed. */
const measuredWithinMs = 5_000;

export interface AgeOptions {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  /** When the oldest thing that waits began to wait, RFC 3339, by label; `null` = nothing waits. */
  readonly measure: () => Promise<ReadonlyMap<string, string | null>>;
  readonly now?: () => number;
}

/**
 * The age of the oldest thing that waits, measured at each scrape from the data and not by the work that is measured.
 * Where it cannot be measured it goes on growing from the last measurement: a stall never reads as zero.
 */
export const ageGauge = (metrics: Registry, { help, label, measure, name, now = Date.now }: AgeOptions): void => {
  /** Since when something waits, or since when nothing is known to wait. */
  const since = new Map<string, { readonly at: number; readonly waits: boolean }>();
  const openedAt = now();
  new Gauge({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [metrics],
    async collect() {
      const measuredAt = now();
      const measured = await within(measuredWithinMs, measure()).catch(() => undefined);
      for (const [key, at] of measured ?? []) {
        since.set(key, at === null ? { at: measuredAt, waits: false } : { at: Date.parse(at), waits: true });
      }
      if (measured === undefined && label === undefined && since.size === 0)
        since.set('', { at: openedAt, waits: true });
      for (const [key, { at, waits }] of since) {
        const age = measured !== undefined && !waits ? 0 : Math.max(0, now() - at) / 1000;
        if (label === undefined) this.set(age);
        else this.set({ [label]: key }, age);
      }
    },
  });
};

/** Events of the log on PostgreSQL without a position; every process measures the same. */
export const meterSequencing = (metrics: Registry, pool: Pick<Pool, 'query'>): void =>
  ageGauge(metrics, {
    name: 'dittoo_sequencer_lag_seconds',
    help: 'Age of the oldest event without a position; the same in every process',
    measure: async () => {
      const { events, oldestMs } = await sequencerLag(pool);
      return new Map([['', events === 0 ? null : new Date(Date.now() - oldestMs).toISOString()]]);
    },
  });

/** The groups of this process. */
export const meterGroups = (metrics: Registry, delivery: () => EventDelivery): void =>
  ageGauge(metrics, {
    name: 'dittoo_group_lag_seconds',
    help: 'Age of the oldest event of the log that a consumer group handles and has not handled',
    label: 'group',
    measure: async () => delivery().unhandledSince(),
  });

const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('not measured in time')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
