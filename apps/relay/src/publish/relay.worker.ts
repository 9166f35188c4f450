import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventPublisher, EventStore, Unpublishable, type RecordedEvent } from '@dittoo/kernel';
import { LOGGER, METRICS, PLATFORM_CONFIG, ROW_POOL, type PlatformConfig } from '@dittoo/platform';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { Fenced, RelayLease } from './relay-lease.js';
import { RelayParking } from './relay-parking.js';

const batch = 200;
const renewEveryMs = 5_000;

/**
 * Log -> road, in position order, one batch in flight; the checkpoint moves after the road has acknowledged.
 *
 * Dies between the two: the next relay sends the batch again with the same event ids, consumers drop what they know.
 * Decides nothing, opens nothing.
 */
@Injectable()
export class RelayRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private readonly lease: RelayLease;
  private readonly parking: RelayParking;
  private readonly relayed: Gauge;
  private readonly parked: Counter;
  private readonly active: Gauge;
  /** When the oldest event was recorded that is read and not acknowledged; `null` = none is in hand. */
  private inHandSince: number | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly publisher: EventPublisher,
    @Inject(ROW_POOL) pool: Pool,
    @Inject(PLATFORM_CONFIG) config: PlatformConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Registry,
  ) {
    this.lease = new RelayLease(pool, 'main', `${config.service}@${hostname()}:${config.port}`);
    this.parking = new RelayParking(pool);
    const registers = [metrics];
    this.parked = new Counter({
      name: 'dittoo_relay_parked_total',
      help: 'Events the road cannot carry',
      registers,
    });
    this.relayed = new Gauge({
      name: 'dittoo_relay_position',
      help: 'Position of the last event put on the road',
      registers,
    });
    this.active = new Gauge({
      name: 'dittoo_relay_active',
      help: '1 = this process holds the lease and relays, 0 = it stands by',
      registers,
    });
    const lagMs = (): number => (this.inHandSince === null ? 0 : Math.max(0, Date.now() - this.inHandSince));
    new Gauge({
      name: 'dittoo_relay_lag_seconds',
      help: 'Age of the oldest event in hand that the road has not acknowledged; it grows while the road is away',
      registers,
      collect() {
        this.set(lagMs() / 1000);
      },
    });
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    for (let failures = 0; !signal.aborted; failures++) {
      if (failures > 0) await sleep(Math.min(5_000, 100 * 2 ** failures), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const epoch = await this.lease.acquire();
        if (epoch === null) {
          await sleep(1_000, undefined, { signal }).catch(() => undefined);
          failures = -1;
          continue;
        }
        await this.relay(epoch);
        await this.lease.release(epoch);
      } catch (error) {
        const failure = error instanceof Error ? error.name : 'unknown';
        this.logger.warn({ failure }, error instanceof Fenced ? 'relay.fenced' : 'relay.interrupted');
      }
    }
  }

  /** An event the road cannot carry is written down, cried about and left out: it would hold up all behind it. */
  private async publish(events: readonly RecordedEvent[]): Promise<void> {
    for (let rest = events; rest.length > 0;) {
      try {
        await this.publisher.publish(rest);
        return;
      } catch (error) {
        if (!(error instanceof Unpublishable)) throw error;
        const { event, reason } = error;
        await this.parking.park(error);
        this.parked.inc();
        this.logger.error({ position: String(event.position), stream: event.stream, reason }, 'relay.parked');
        rest = rest.filter(({ position }) => position !== event.position);
      }
    }
  }

  /** Relays under one epoch until stopped, fenced or interrupted. */
  private async relay(epoch: bigint): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([this.stop.signal, lost.signal]);
    const renewal = setInterval(() => {
      this.lease.renew(epoch).then(
        (held) => held || lost.abort(),
        () => lost.abort(),
      );
    }, renewEveryMs);
    try {
      const after = await this.lease.adopt(epoch);
      this.active.set(1);
      for await (const { events, checkpoint } of this.store.subscribeToAll({ after, limit: batch, signal })) {
        this.inHandSince = events[0] === undefined ? null : Date.parse(events[0].metadata.recordedAt);
        await this.publish(events);
        if (checkpoint !== null) await this.lease.save(epoch, checkpoint);
        this.inHandSince = null;
        const last = events.at(-1);
        if (last !== undefined) this.relayed.set(Number(last.position));
      }
    } finally {
      clearInterval(renewal);
      this.active.set(0);
    }
    if (lost.signal.aborted) throw new Fenced();
  }
}
