import { join } from 'node:path';
import {
  DomainError,
  SystemClock,
  type Clock,
  type ContactDirectory,
  type EventPublisher,
  type EventStore,
  type SuppressionList,
  type UnsubscribeTokens,
} from '@dittoo/kernel';
import { problemCodes, schemaMap } from '@dittoo/contracts';
import {
  ensureAppRole,
  ensureDatabase,
  migrate,
  openPool,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type MigrationClass,
} from '@dittoo/database';
import { eventStoreMigrations, PostgresEventStore, PostgresSequencer } from '@dittoo/event-store';
import { InProcessDelivery, InProcessRoad, type DeliveryLog, type EventDelivery } from '@dittoo/messaging';
import {
  EnvelopeSealer,
  FileKeyEncryption,
  keyRingMigrations,
  PostgresContactDirectory,
  PostgresKeyRing,
  PostgresSuppressionList,
  SealedSubjectTokens,
  type KeyEncryption,
} from '@dittoo/personal-data';
import { loadRegister, type Register } from '@dittoo/processor-register';
import { deliveryMigrations, TypeOrmInbox, type InboxAlerts } from '@dittoo/projections';
import { createLogger, serviceMigrations } from '@dittoo/service';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Registry, collectDefaultMetrics } from 'prom-client';
import type { DataSource } from 'typeorm';
import { openKafkaRoad, type Road } from './kafka-road.js';
import { deliveryAlerts, meterKeyCache, meterParkedStreams } from './platform.metrics.js';
import type { PlatformConfig } from './platform.config.js';
import { grantRows } from './row-grants.js';
import { startTracing } from './tracing.js';

/** What one service brings to the database. */
export interface ServiceSchema {
  /** The PostgreSQL schema of its rows. */
  readonly schema: string;
  readonly migrations: readonly MigrationClass[];
}

/** The open parts of a process; `close()` them after the Nest application. */
export interface Platform {
  readonly config: PlatformConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly register: Register;
  readonly store: PostgresEventStore;
  readonly sequencer: PostgresSequencer;
  readonly keyRing: PostgresKeyRing;
  readonly keyEncryption: KeyEncryption;
  readonly sealer: EnvelopeSealer;
  readonly contacts: ContactDirectory;
  readonly suppressions: SuppressionList;
  readonly unsubscribeTokens: UnsubscribeTokens;
  readonly road: EventPublisher;
  readonly metrics: Registry;
  /** Rows on hot paths (lanes), beside TypeORM. */
  readonly pool: Pool;
  /** The main database for TypeORM, and the role its sessions take on. */
  readonly rowsUrl: string;
  readonly rowsRole: string | null;
  /** The road's strategy for `connectMicroservice`. */
  delivery(dataSource: DataSource): EventDelivery;
  /** Is there a part that only a new process brings back? Then it is not live. */
  broken(): boolean;
  /** The one that was made. */
  delivering(): EventDelivery;
  close(): Promise<void>;
}

/** Schemas every process shares; the event store's and the key ring's grants stand in their own migrations. */
const sharedSchemas: readonly ServiceSchema[] = [
  { schema: 'delivery', migrations: deliveryMigrations },
  { schema: 'service', migrations: serviceMigrations },
];

/**
 * Opens the parts a process stands on, by the environment: database (embedded or server), event store, key ring,
 * delivery. The one place where the three adapters are chosen; nothing behind it knows which they are.
 *
 * Dies half way: nothing is half done, the next start finds what is there and goes on (migrations are each in a
 * transaction and under a lock).
 */
export const openPlatform = async (config: PlatformConfig, services: readonly ServiceSchema[]): Promise<Platform> => {
  const logger = createLogger(config.service, config.logLevel);
  const register = config.registerFile === null ? loadRegister() : loadRegister(config.registerFile);
  const keyEncryption = openKeyFile(config);
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
    const database = await openDatabase(config, logger, closers);
    await Promise.all([ensureDatabase(database.main), ensureDatabase(database.keyRing)]);
    const mayActAsApp = await ensureAppRole(database.main);
    if (!mayActAsApp) logger.warn('database.no-app-role: append-only is kept by trigger alone');
    const role = mayActAsApp ? { role: 'dittoo_app' } : {};
    const rows = [...sharedSchemas, ...services];
    await Promise.all([
      migrate(database.main, [...eventStoreMigrations, ...rows.flatMap(({ migrations }) => migrations)]),
      migrate(database.keyRing, keyRingMigrations),
    ]);
    if (mayActAsApp)
      await grantRows(
        database.main,
        rows.map(({ schema }) => schema),
      );

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
    const storePool = openOn(database.main, 'event-store', 12);
    const pool = openOn(database.main, 'rows', 8);
    const keyRingPool = openOn(database.keyRing, 'key-ring', 6, false);

    const clock = new SystemClock(config.clockOffsetMs);
    const keyRing = new PostgresKeyRing(keyRingPool, keyEncryption, (problem) => logger.warn(problem));
    await keyRing.start();
    closers.push(() => keyRing.close());
    const direct = { connectionString: database.main, application_name: `${config.service}:log` };
    // Appends of this process kick the sequencer and its batches wake the readers; other processes poll and LISTEN.
    const sequencer = new PostgresSequencer(direct, {
      onLog: (level, event, details) => logger[level](details, event),
      onSequenced: () => store.wake(),
    });
    const store: PostgresEventStore = new PostgresEventStore(storePool, { onAppended: sequencer.kick, direct });
    closers.push(() => sequencer.stop());

    const metrics = new Registry();
    collectDefaultMetrics({ register: metrics });
    meterKeyCache(metrics, () => keyRing.cacheFigures);
    meterParkedStreams(metrics, pool);
    const alerts = deliveryAlerts(metrics, logger);
    const road =
      config.kafka === null
        ? inProcessRoad(store, alerts)
        : openKafkaRoad(config.kafka, `${config.service}-${config.host}:${config.port}`, store, {
            metrics,
            logger,
            alerts,
          });
    closers.push(() => road.close());
    let delivering: EventDelivery | undefined;
    return {
      config,
      logger,
      clock,
      register,
      store,
      sequencer,
      keyRing,
      keyEncryption,
      sealer: new EnvelopeSealer(schemaMap, keyRing),
      contacts: new PostgresContactDirectory(keyRingPool, keyEncryption),
      suppressions: new PostgresSuppressionList(keyRingPool, keyEncryption),
      unsubscribeTokens: new SealedSubjectTokens(keyEncryption, 'unsubscribe'),
      road: road.publisher,
      metrics,
      pool,
      rowsUrl: database.main,
      rowsRole: mayActAsApp ? 'dittoo_app' : null,
      delivery: (dataSource) => (delivering = road.delivery(dataSource)),
      delivering: () => {
        if (delivering === undefined) throw new DomainError('temporarily-unavailable');
        return delivering;
      },
      broken: () => road.broken(),
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
};

const inProcessRoad = (store: EventStore, alerts: InboxAlerts & DeliveryLog): Road => {
  const publisher = new InProcessRoad(store);
  return {
    publisher,
    delivery: (dataSource) => new InProcessDelivery(publisher, new TypeOrmInbox(dataSource, alerts), alerts),
    broken: () => false,
    close: () => Promise.resolve(),
  };
};

const openKeyFile = (config: PlatformConfig): KeyEncryption => {
  if (config.generateKeyFile) {
    try {
      FileKeyEncryption.generate(config.keyEncryptionKeyFile);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      throw new Error(`DATA_DIR ${config.dataDir} cannot be used (${code}): name a directory this user may write to`, {
        cause: error,
      });
    }
  }
  return FileKeyEncryption.read(config.keyEncryptionKeyFile);
};

const openDatabase = async (
  config: PlatformConfig,
  logger: Logger,
  closers: (() => Promise<void>)[],
): Promise<{ readonly main: string; readonly keyRing: string }> => {
  if (config.databaseUrl !== null) {
    const keyRing = new URL(config.databaseUrl);
    keyRing.pathname = `${keyRing.pathname}_keyring`;
    return { main: config.databaseUrl, keyRing: config.keyRingUrl ?? keyRing.toString() };
  }
  const embedded: EmbeddedPostgres = await startEmbeddedPostgres({
    dataDir: join(config.dataDir, 'postgres'),
    onLog: (level, event, details) => logger[level](details, event),
  });
  closers.push(() => embedded.stop());
  return { main: embedded.url('dittoo'), keyRing: config.keyRingUrl ?? embedded.url('dittoo_keyring') };
};

/** The problem catalogue of the contracts, for `createHttpApp`. */
export const problems = problemCodes;
