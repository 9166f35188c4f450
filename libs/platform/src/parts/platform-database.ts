import { join } from 'node:path';
import {
  ensureAppRole,
  ensureDatabase,
  migrate,
  prepareDataDirectory,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  migrationRows,
  type MigrationClass,
} from '@dittoo/database';
import { eventStoreMigrations, eventStoreRows } from '@dittoo/event-store';
import { rowMapOf, type ClassifiedSchema, type RowMap } from '@dittoo/kernel';
import { keyRingMigrations, keyRingRows, type WrappedKeys } from '@dittoo/personal-data';
import { deliveryMigrations, deliveryRows } from '@dittoo/projections';
import { createLogger, serviceMigrations, serviceRows } from '@dittoo/service';
import type { Logger } from 'pino';
import { attentionTables } from '../attention/attention.migrations.js';
import { logOriginSchema } from './log-origin.js';
import { comesLater, reasonOf, waitFor, whileAway } from '../host/waiting.js';
import type { DatabaseConfig } from '../config/database.config.js';
import { grantRows } from './row-grants.js';

/** A service's part of the database: its PostgreSQL schema, and the personal data in each column. */
export interface ServiceSchema extends ClassifiedSchema {
  readonly migrations: readonly MigrationClass[];
  /** Its tables with keys wrapped by the key-encryption key, which a rotation rewraps. */
  readonly wrappedKeys?: readonly WrappedKeys[];
}

/** Addresses with passwords in them: never log them. */
export interface DatabaseUrls {
  readonly main: string;
  readonly keyRing: string;
}

/** Schemas that every process shares; the event store's and the key ring's grants are in their own migrations. */
const sharedSchemas: readonly ServiceSchema[] = [
  { schema: 'delivery', migrations: deliveryMigrations, rows: deliveryRows },
  { schema: 'service', migrations: serviceMigrations, rows: serviceRows },
  logOriginSchema,
  attentionTables,
];

/** Every table of these services, including those of the libraries and of the key ring's database. */
export const rowMapWith = (services: readonly ServiceSchema[]): RowMap =>
  rowMapOf([
    { schema: 'event_store', rows: eventStoreRows },
    { schema: 'keyring', rows: keyRingRows },
    { schema: 'public', rows: migrationRows },
    ...sharedSchemas,
    ...services,
  ]);

/** How long a start waits for a PostgreSQL server. */
const serverPatienceMs = 30_000;

interface Patience {
  readonly stop?: AbortSignal | undefined;
  readonly patienceMs?: number;
}

/**
 * The server of the configuration, waited for, or the embedded one, which then runs until `closers` are called.
 *
 * @throws Error with a message for the operator; the reason of `stop` once that is aborted
 */
export const openDatabase = async (
  config: DatabaseConfig,
  logger: Logger,
  closers: (() => Promise<void>)[],
  { stop, patienceMs = serverPatienceMs }: Patience = {},
): Promise<DatabaseUrls> => {
  if (config.databaseUrl !== null) {
    const keyRing = new URL(config.databaseUrl);
    keyRing.pathname = `${keyRing.pathname}_keyring`;
    const urls = { main: config.databaseUrl, keyRing: config.keyRingUrl ?? keyRing.toString() };
    await serverAnswers('DATABASE_URL', urls.main, { stop, patienceMs });
    if (config.keyRingUrl !== null) await serverAnswers('KEY_RING_DATABASE_URL', urls.keyRing, { stop, patienceMs });
    return urls;
  }
  requireDataDirectory(config, logger);
  const embedded: EmbeddedPostgres = await startEmbeddedPostgres({
    dataDir: join(config.dataDir, 'postgres'),
    onLog: (level, event, details) => logger[level](details, event),
  });
  closers.push(() => embedded.stop());
  return { main: embedded.url('dittoo'), keyRing: config.keyRingUrl ?? embedded.url('dittoo_keyring') };
};

/** @throws Error naming DATA_DIR: others may write there */
export const requireDataDirectory = ({ dataDir }: DatabaseConfig, logger: Logger): void => {
  try {
    prepareDataDirectory(dataDir, (event, details) => logger.warn(details, event));
  } catch (error) {
    throw new Error(`DATA_DIR ${reasonOf(error)}`, { cause: error });
  }
};

const serverAnswers = async (
  variable: string,
  url: string,
  { stop, patienceMs = serverPatienceMs }: Patience,
): Promise<void> => {
  const { host, hostname, port } = new URL(url);
  const place = port === '' ? `${hostname}:5432` : host;
  const attempt = whileAway(() => ensureDatabase(url), { patienceMs, stop });
  try {
    await waitFor(`PostgreSQL at ${place}`, attempt, { stop });
  } catch (error) {
    if (stop?.aborted === true || !comesLater(error)) throw error;
    const reason = `${variable} ${place} does not answer (${reasonOf(error)}): start that server, or set another`;
    throw new Error(reason, { cause: error });
  }
};

/**
 * Creates the databases, their tables and the services' rights where they do not exist.
 *
 * @returns whether services may act as the role that owns nothing
 *
 * Any number of processes may do it at once: one migrates, the others wait.
 */
export const prepareDatabase = async (
  urls: DatabaseUrls,
  services: readonly ServiceSchema[],
  { withKeyRing = true } = {},
): Promise<boolean> => {
  await Promise.all([ensureDatabase(urls.main), ...(withKeyRing ? [ensureDatabase(urls.keyRing)] : [])]);
  const mayActAsApp = await ensureAppRole(urls.main);
  const rows = [...sharedSchemas, ...services];
  const schemas = rows.map(({ schema }) => schema);
  await Promise.all([
    migrate(urls.main, [...eventStoreMigrations, ...rows.flatMap(({ migrations }) => migrations)], {
      afterwards: async () => {
        if (mayActAsApp) await grantRows(urls.main, schemas);
      },
    }),
    ...(withKeyRing ? [migrate(urls.keyRing, keyRingMigrations)] : []),
  ]);
  return mayActAsApp;
};

/** Runs `prepareDatabase` alone, for a deployment before the services start. Needs no key file. */
export const migrateDatabase = async (config: DatabaseConfig, services: readonly ServiceSchema[]): Promise<void> => {
  const closers: (() => Promise<void>)[] = [];
  try {
    const urls = await openDatabase(config, createLogger('migrate', config.logLevel), closers);
    await prepareDatabase(urls, services);
  } finally {
    for (const close of closers) await close();
  }
};
