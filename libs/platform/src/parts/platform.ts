import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError, SystemClock, type Clock, type EventPublisher, type EventStore } from '@dittoo/kernel';
import { problemCodes } from '@dittoo/contracts';
import { openPool } from '@dittoo/database';
import type { PostgresSequencer } from '@dittoo/event-store';
import type { EventDelivery } from '@dittoo/messaging';
import type { KeyEncryption } from '@dittoo/personal-data';
import { loadRegister, type Register } from '@dittoo/processor-register';
import { createLogger } from '@dittoo/service';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Registry, collectDefaultMetrics } from 'prom-client';
import type { DataSource } from 'typeorm';
import { AttentionItems } from '../attention/attention-items.js';
import { meterAttention } from '../attention/attention.metrics.js';
import { openInProcessTransport, openKafkaTransport } from './delivery-of-process.js';
import { requireSameLog } from './log-origin.js';
import { openEventStoreDb, openPostgresLog, type LogOfProcess } from './log-of-process.js';
import { meterGroups, meterSequencing } from '../operations/age.metrics.js';
import { WriteProbe } from '../operations/write-probe.js';
import { deliveryAlerts, meterKeyCache, meterParkedStreams } from '../operations/platform.metrics.js';
import type { PlatformConfig } from '../config/platform.config.js';
import { openDatabase, prepareDatabase, requireDataDirectory, type ServiceSchema } from './platform-database.js';
import { passRestoreGate } from './restore-gate.js';
import { openKeyFile, openPersonalData, type PersonalData } from './personal-data.js';
import { startTracing } from '../operations/tracing.js';

/** The open parts of a process that opens no personal data: what it carries of it is sealed. */
export interface PlatformWithoutKeys {
  readonly config: PlatformConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly register: Register;
  readonly store: EventStore;
  /** `null` = the store assigns positions itself. */
  readonly sequencer: PostgresSequencer | null;
  readonly publisher: EventPublisher;
  readonly writeProbe: WriteProbe;
  readonly metrics: Registry;
  readonly attention: AttentionItems;
  /** Rows on hot paths (lanes), beside TypeORM. */
  readonly pool: Pool;
  /** The main database for TypeORM, and the role of its sessions. */
  readonly rowsUrl: string;
  readonly rowsRole: string | null;
  /** The transport's strategy for `connectMicroservice`. */
  delivery(dataSource: DataSource): EventDelivery;
  /** Whether a part has failed that only a restart repairs; then the process is not live. */
  broken(): boolean;
  /** The running delivery. */
  delivering(): EventDelivery;
  close(): Promise<void>;
}

/** The open parts of a process; `close()` them after the Nest application. */
export type Platform = PlatformWithoutKeys & PersonalData;

export const hasKeys = (platform: PlatformWithoutKeys): platform is Platform => 'keyRing' in platform;

/**
 * Opens a process's dependencies by its configuration: database (embedded or server), event store, key ring, delivery.
 * The only place that chooses the three adapters; other code does not know which they are.
 *
 * Dies half way: the next start continues from what exists (each migration is a transaction, under a lock).
 *
 * @throws the reason of `stop` once that is aborted, with nothing left open
 */
export const openPlatform = async (
  config: PlatformConfig,
  services: readonly ServiceSchema[],
  stop?: AbortSignal,
): Promise<Platform> => {
  if (config.generateKeyFile) requireDataDirectory(config, createLogger(config.service, config.logLevel));
  const { personalData, ...parts } = await openParts(config, services, openKeyFile(config), stop);
  if (personalData === null) throw new Error('the keys were not opened');
  return { ...parts, ...personalData };
};

/** The same without the key file and the key ring, for a process that opens no personal data. Errors as there. */
export const openPlatformWithoutKeys = async (
  config: PlatformConfig,
  services: readonly ServiceSchema[],
  stop?: AbortSignal,
): Promise<PlatformWithoutKeys> => {
  const { personalData: _none, ...parts } = await openParts(config, services, null, stop);
  return parts;
};

const openParts = async (
  config: PlatformConfig,
  services: readonly ServiceSchema[],
  keyEncryption: KeyEncryption | null,
  stop: AbortSignal | undefined,
): Promise<PlatformWithoutKeys & { readonly personalData: PersonalData | null }> => {
  const logger = createLogger(config.service, config.logLevel);
  const register = loadRegister(config.registerFile ?? undefined, { fiscalYearEnd: config.fiscalYearEnd });
  const closers: (() => Promise<void>)[] = [];
  let closing = false;
  if (config.tracing !== null) closers.push(startTracing(config.service, config.tracing));
  const closeAll = async (): Promise<void> => {
    closing = true;
    for (const close of closers.reverse())
      await close().catch((error: Error) => logger.warn({ failure: error.name }, 'close.failed'));
    closers.length = 0;
  };
  try {
    const database = await openDatabase(config, logger, closers, { stop });
    stop?.throwIfAborted();
    const mayActAsApp = await prepareDatabase(database, services, { withKeyRing: keyEncryption !== null });
    if (!mayActAsApp) logger.warn('database.no-app-role: append-only is kept by trigger alone');
    const role = mayActAsApp ? { role: 'dittoo_app' } : {};

    const openOn = (url: string, name: string, max: number, withRole = true): Pool => {
      const pool = openPool(url, {
        max,
        applicationName: `${config.service}:${name}`,
        onError: (error) => {
          if (!closing) logger.warn({ pool: name, failure: error.name }, 'database.connection-lost');
        },
        ...(withRole ? role : {}),
      });
      closers.push(() => pool.end());
      return pool;
    };
    const { connections } = config;
    const pool = openOn(database.main, 'rows', connections.rows);
    await requireSameLog(pool, config.eventStore === null ? 'postgresql' : 'eventstoredb');
    const clock = new SystemClock(config.clockOffsetMs);
    const personalData =
      keyEncryption === null
        ? null
        : await openPersonalData(keyEncryption, openOn(database.keyRing, 'key-ring', connections.keyRing, false), {
            clock,
            logger,
          });
    if (personalData !== null) closers.push(() => personalData.keyRing.close());
    const log: LogOfProcess =
      config.eventStore === null
        ? openPostgresLog(
            openOn(database.main, 'event-store', connections.eventStore),
            database.main,
            config.service,
            logger,
          )
        : openEventStoreDb(config.eventStore, logger);
    closers.push(() => log.close());
    await log.ready(stop);
    const { sequencer, store } = log;
    if (sequencer !== null) await givePositions(sequencer, logger);
    const attention = new AttentionItems(store, clock, pool, logger);
    if (personalData !== null) {
      const reapplied = await passRestoreGate(store, personalData.keyRing, personalData);
      if (reapplied > 0) {
        logger.warn({ events: reapplied }, 'restore-gate.applied-again');
        const about = { appliedAgain: String(reapplied) };
        await attention.open('restoreDifference', config.service, { key: 'keyRing', about, since: clock.now() });
      }
    }

    const writeProbe = new WriteProbe(pool, clock, logger);
    await writeProbe.probe(); // says at the start whether the clock was set back since

    const metrics = new Registry();
    collectDefaultMetrics({ register: metrics });
    if (personalData !== null) meterKeyCache(metrics, () => personalData.keyRing.cacheFigures);
    meterParkedStreams(metrics, pool);
    meterAttention(metrics, attention.rows);
    const alerts = deliveryAlerts(metrics, logger);
    const transport =
      config.kafka === null
        ? openInProcessTransport(store, alerts)
        : openKafkaTransport(config.kafka, `${config.service}-${hostname()}-${config.port}`, store, {
            metrics,
            logger,
            alerts,
          });
    closers.push(() => transport.close());
    let delivering: EventDelivery | undefined;
    const delivery = (): EventDelivery => {
      if (delivering === undefined) throw new DomainError('temporarily-unavailable');
      return delivering;
    };
    if (sequencer !== null) meterSequencing(metrics, pool);
    meterGroups(metrics, delivery);
    return {
      config,
      logger,
      clock,
      register,
      store,
      sequencer,
      personalData,
      publisher: transport.publisher,
      writeProbe,
      metrics,
      attention,
      pool,
      rowsUrl: database.main,
      rowsRole: mayActAsApp ? 'dittoo_app' : null,
      delivery: (dataSource) => (delivering = transport.delivery(dataSource)),
      delivering: delivery,
      broken: () => transport.broken(),
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
};

const sequencedWithinMs = 10_000;

/** Readers of the log would miss events that are appended but not yet sequenced, so wait for the sequencer. */
const givePositions = async (sequencer: PostgresSequencer, logger: Logger): Promise<void> => {
  if ((await sequencer.lag()).events === 0) return;
  sequencer.start();
  const end = Date.now() + sequencedWithinMs;
  while ((await sequencer.lag()).events > 0 && Date.now() < end) await sleep(20);
  if (Date.now() >= end) logger.warn('restore-gate.others-append: what they append is theirs to destroy');
  await sequencer.stop();
};

/** The problem catalogue of the contracts, for `createHttpApp`. */
export const problems = problemCodes;
