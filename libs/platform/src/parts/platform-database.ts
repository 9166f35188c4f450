import { join } from 'node:path';
import {
  ensureAppRole,
  ensureDatabase,
  migrate,
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
import { logOriginSchema } from './log-origin.js';
import type { DatabaseConfig } from '../config/platform.config.js';
import { grantRows } from './row-grants.js';

/** What one service brings to the database: a PostgreSQL schema, and what each column of it holds of a person. */
export interface ServiceSchema extends ClassifiedSchema {
  readonly migrations: readonly MigrationClass[];
  /** Tables of it that hold keys under the key-encryption key: a rotation wraps them anew. */
  readonly wrappedKeys?: readonly WrappedKeys[];
}

/** Addresses with passwords in them: never log them. */
export interface DatabaseUrls {
  readonly main: string;
  readonly keyRing: string;
}

/** Schemas every process shares; the event store's and the key ring's grants stand in their own migrations. */
const sharedSchemas: readonly ServiceSchema[] = [
  { schema: 'delivery', migrations: deliveryMigrations, rows: deliveryRows },
  { schema: 'service', migrations: serviceMigrations, rows: serviceRows },
  logOriginSchema,
];

/** Every table there is where these services run, those of the libraries and of the key ring's database included. */
export const rowMapWith = (services: readonly ServiceSchema[]): RowMap =>
  rowMapOf([
    { schema: 'event_store', rows: eventStoreRows },
    { schema: 'keyring', rows: keyRingRows },
    { schema: 'public', rows: migrationRows },
    ...sharedSchemas,
    ...services,
  ]);

/** The server of the configuration, or the embedded one, which then runs until `closers` are called. */
export const openDatabase = async (
  config: DatabaseConfig,
  logger: Logger,
  closers: (() => Promise<void>)[],
): Promise<DatabaseUrls> => {
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

/**
 * Makes the databases, their tables and the services' rights, as far as they are not there yet.
 *
 * @returns may services act as the role that owns nothing?
 *
 * Any number of processes may do it at once: one migrates, the others find it done.
 */
export const prepareDatabase = async (urls: DatabaseUrls, services: readonly ServiceSchema[]): Promise<boolean> => {
  await Promise.all([ensureDatabase(urls.main), ensureDatabase(urls.keyRing)]);
  const mayActAsApp = await ensureAppRole(urls.main);
  const rows = [...sharedSchemas, ...services];
  const schemas = rows.map(({ schema }) => schema);
  await Promise.all([
    migrate(urls.main, [...eventStoreMigrations, ...rows.flatMap(({ migrations }) => migrations)], {
      afterwards: async () => {
        if (mayActAsApp) await grantRows(urls.main, schemas);
      },
    }),
    migrate(urls.keyRing, keyRingMigrations),
  ]);
  return mayActAsApp;
};

/** `prepareDatabase` and nothing else, as a deployment does it before the services start. Needs no key file. */
export const migrateDatabase = async (config: DatabaseConfig, services: readonly ServiceSchema[]): Promise<void> => {
  const closers: (() => Promise<void>)[] = [];
  try {
    const urls = await openDatabase(config, createLogger('migrate', config.logLevel), closers);
    await prepareDatabase(urls, services);
  } finally {
    for (const close of closers) await close();
  }
};
