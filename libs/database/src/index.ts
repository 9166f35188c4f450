export { prepareDataDirectory } from './data-directory.js';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresLog,
  type EmbeddedPostgresOptions,
} from './embedded-postgres.js';
export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded-postgres-error.js';
export { migrate, migrationRows, type MigrateOptions, type MigrationClass } from './migrate.js';
export { openPool, sessionLimits, withConnection, type PoolOptions } from './pool.js';
export { runningEmbeddedUrl } from './running-embedded.js';
export { appRole, ensureAppRole, ensureDatabase } from './provision.js';
