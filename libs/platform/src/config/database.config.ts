import { oneOf, path, readSettings, SettingGroup, url, type ConfigOf, type Environment } from '@dittoo/kernel/settings';
import { shopPrograms } from './service-ports.js';

const postgres = ['postgres:', 'postgresql:'];

export const databaseVariables = new SettingGroup({
  title: 'Database and log lines',
  readBy: [...shopPrograms, 'migrate'],
  settings: {
    dataDir: path('DATA_DIR', {
      means: 'Directory in which the embedded database and the files that are made at the first start are kept.',
      default: './.data',
      example: '/srv/shop',
    }),
    /** `null` = the embedded PostgreSQL in `dataDir`. */
    databaseUrl: url('DATABASE_URL', {
      means: 'A PostgreSQL server and the database on it.',
      otherwise: 'the embedded PostgreSQL in `DATA_DIR`',
      example: 'postgresql://shop:password@db.example.org:5432/shop',
      protocols: postgres,
      isSecret: true,
    }),
    /** `null` = `<database>_keyring` on the same server. */
    keyRingUrl: url('KEY_RING_DATABASE_URL', {
      means: 'The database of the key ring, which is kept apart from the data.',
      otherwise: '`<database>_keyring` on the server of `DATABASE_URL`',
      example: 'postgresql://shop:password@keys.example.org:5432/shop_keyring',
      protocols: postgres,
      isSecret: true,
    }),
    logLevel: oneOf('LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      means: 'The least level of a log line that is written: `fatal error warn info debug trace silent`.',
      default: 'info',
      example: 'warn',
    }),
  },
});

/** Where the rows are. */
export type DatabaseConfig = ConfigOf<typeof databaseVariables.settings>;

/** @throws SettingsError with the names of the variables that are wrong */
export const readDatabaseConfig = (env: Environment): DatabaseConfig => readSettings(env, databaseVariables.settings);
