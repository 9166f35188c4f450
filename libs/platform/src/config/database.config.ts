import { oneOf, path, readSettings, SettingGroup, url, type ConfigOf, type Environment } from '@dittoo/kernel/settings';
import { shopPrograms } from './service-ports.js';

const postgres = ['postgres:', 'postgresql:'];

export const databaseVariables = new SettingGroup({
  title: 'Database and log lines',
  readBy: [...shopPrograms, 'migrate'],
  settings: {
    dataDir: path('DATA_DIR', {
      means: 'Directory of the embedded database and of the files that are created at the first start.',
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
      means: 'The database of the key ring, which is separate from the data.',
      otherwise: '`<database>_keyring` on the server of `DATABASE_URL`',
      example: 'postgresql://shop:password@keys.example.org:5432/shop_keyring',
      protocols: postgres,
      isSecret: true,
    }),
    logLevel: oneOf('LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      means: 'The lowest level of written log lines: `fatal error warn info debug trace silent`.',
      default: 'info',
      example: 'warn',
    }),
  },
});

/** The databases of the rows and of the key ring. */
export type DatabaseConfig = ConfigOf<typeof databaseVariables.settings>;

/** @throws SettingsError names the wrong variables */
export const readDatabaseConfig = (env: Environment): DatabaseConfig => readSettings(env, databaseVariables.settings);
