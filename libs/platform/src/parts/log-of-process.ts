import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore } from '@dittoo/kernel';
import {
  EventStoreDbEventStore,
  NotReady,
  PostgresEventStore,
  PostgresSequencer,
  type EsdbAddress,
} from '@dittoo/event-store';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { waitFor } from '../host/waiting.js';

/** The log of this process. */
export interface LogOfProcess {
  readonly store: EventStore;
  /** `null` = the store assigns positions itself. */
  readonly sequencer: PostgresSequencer | null;
  /**
   * Resolves when it answers. @throws Error with a message for the operator; the reason of `stop` once that is aborted
   */
  ready(stop?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** On PostgreSQL. Appends of this process kick the sequencer and its batches wake the readers; others poll and LISTEN. */
export const openPostgresLog = (pool: Pool, url: string, service: string, logger: Logger): LogOfProcess => {
  const direct = { connectionString: url, application_name: `${service}:log` };
  const sequencer = new PostgresSequencer(direct, {
    onLog: (level, event, details) => logger[level](details, event),
    onSequenced: () => store.wake(),
  });
  const store: PostgresEventStore = new PostgresEventStore(pool, { onAppended: sequencer.kick, direct });
  return { store, sequencer, ready: () => Promise.resolve(), close: () => sequencer.stop() };
};

/** How long a start waits for EventStoreDB. A later outage is waited out without limit. */
const patienceMs = 30_000;

export const openEventStoreDb = (address: EsdbAddress, logger: Logger): LogOfProcess => {
  const store = new EventStoreDbEventStore(address, {
    onLog: (level, event, details) => logger[level](details, event),
  });
  const answers = async (stop: AbortSignal | undefined): Promise<void> => {
    let said = '';
    for (const end = performance.now() + patienceMs; ; await sleep(500, undefined, stop && { signal: stop })) {
      try {
        return await store.ready();
      } catch (error) {
        const reason = (error as Error).message;
        if (performance.now() > end || (error instanceof NotReady && error.lasting)) {
          throw new Error(`EVENT_STORE_URL ${address.hosts} cannot be used: ${reason}`, { cause: error });
        }
        if (reason !== said) logger.warn({ hosts: address.hosts, reason }, 'event-store.not-ready');
        said = reason;
      }
    }
  };
  const ready = (stop?: AbortSignal): Promise<void> =>
    waitFor(`EventStoreDB at ${address.hosts}`, answers(stop), { stop });
  return { store, sequencer: null, ready, close: () => store.close() };
};
