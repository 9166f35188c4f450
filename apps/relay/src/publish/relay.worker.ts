import { hostname } from 'node:os';
import { EventPublisher, EventStore, pause, Unpublishable, type LogPage } from '@dittoo/kernel';
import { ageGauge, LOGGER, METRICS, PLATFORM_CONFIG, ROW_POOL, type PlatformConfig } from '@dittoo/platform';
import { LeasedWorker, type Lease } from '@dittoo/service';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { RelayCheckpoint } from './relay-checkpoint.js';
import { RelayParking } from './relay-parking.js';

const batch = 200;
/** How often the checkpoint is saved: what a new relay sends again for that, consumers drop. */
const saveEveryMs = 1_000;
/** The log was followed until the lease ended; then the lease is requested again. */
const restMs = 100;

/**
 * Log -> transport, in position order, one batch in flight; the checkpoint moves after the transport has acknowledged, and
 * is saved once a second. One process at a time relays.
 *
 * Dies in between: the next relay sends the events of a second again with the same ids; consumers drop duplicates.
 * Decides nothing, opens nothing.
 */
@Injectable()
export class RelayRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: LeasedWorker;
  private readonly checkpoint: RelayCheckpoint;
  private readonly parking: RelayParking;
  private readonly relayed: Gauge;
  private readonly parked: Counter;
  private readonly active: Gauge;

  constructor(
    private readonly store: EventStore,
    private readonly publisher: EventPublisher,
    @Inject(ROW_POOL) pool: Pool,
    @Inject(PLATFORM_CONFIG) config: PlatformConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Registry,
  ) {
    const { transport } = publisher;
    const holder = `${config.service}@${hostname()}:${config.port}`;
    this.checkpoint = new RelayCheckpoint(pool, transport);
    const work = (lease: Lease, progressed: () => void): Promise<boolean> => this.relay(lease, progressed);
    this.worker = new LeasedWorker(pool, `relay.${transport}`, holder, restMs, work, logger);
    this.parking = new RelayParking(pool);
    const registers = [metrics];
    this.parked = new Counter({
      name: 'dittoo_relay_parked_total',
      help: 'Events the transport cannot carry',
      registers,
    });
    this.relayed = new Gauge({
      name: 'dittoo_relay_position',
      help: 'Position of the last event published',
      registers,
    });
    this.active = new Gauge({
      name: 'dittoo_relay_active',
      help: '1 = this process holds the lease and relays, 0 = it stands by',
      registers,
    });
    ageGauge(metrics, {
      name: 'dittoo_relay_lag_seconds',
      help: 'Age of the oldest event the transport has not acknowledged; the same in every relay',
      measure: async () => new Map([['', await this.waitingSince()]]),
    });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }

  /** When the oldest event behind the checkpoint was recorded, by what is stored; `null` = there is none. */
  private async waitingSince(): Promise<string | null> {
    const { events } = await this.store.readAll({ after: await this.checkpoint.position(), limit: 50 });
    return events[0]?.metadata.recordedAt ?? null;
  }

  /** Relays under one lease until it is lost, the process stops or the log or the transport fails. */
  private async relay({ epoch, signal }: Lease, progressed: () => void): Promise<boolean> {
    const { checkpoint, publisher, store } = this;
    await publisher.ready(signal);
    const after = await checkpoint.adopt(epoch);
    publisher.began(after);
    this.active.set(1);
    const ended = new AbortController();
    const ends = AbortSignal.any([signal, ended.signal]);
    let [reached, saved] = [after, after];
    const save = async (): Promise<void> => {
      const position = reached;
      if (position === null || position === saved) return;
      await checkpoint.save(epoch, position);
      saved = position;
    };
    // An error here ends the relaying too: the lease or the database is lost.
    const saving = regularly(save, ends).finally(() => ended.abort());
    saving.catch(() => undefined);
    try {
      for await (const page of store.subscribeToAll({ after, limit: batch, signal: ends })) {
        await this.publish(page);
        reached = page.checkpoint;
        progressed();
        const last = page.events.at(-1);
        if (last !== undefined) this.relayed.set(Number(last.position));
      }
    } finally {
      ended.abort();
      publisher.ended();
      this.active.set(0);
    }
    await saving;
    await save(); // the page that was under way when it was asked to stop
    return false;
  }

  /**
   * An event that the transport cannot carry is parked with an alert and skipped: it would block all events after it.
   */
  private async publish(page: LogPage): Promise<void> {
    for (let rest = page; ;) {
      try {
        await this.publisher.publish(rest);
        return;
      } catch (error) {
        if (!(error instanceof Unpublishable)) throw error;
        const { event, reason } = error;
        await this.parking.park(error);
        this.parked.inc();
        this.logger.error({ position: String(event.position), stream: event.stream, reason }, 'relay.parked');
        rest = { ...rest, events: rest.events.filter(({ position }) => position !== event.position) };
      }
    }
  }
}

const regularly = async (work: () => Promise<void>, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await pause(saveEveryMs, signal);
    await work();
  }
};
