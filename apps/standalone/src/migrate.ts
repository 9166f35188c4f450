import 'reflect-metadata';
import { migrateDatabase, readDatabaseConfig, reasonOf } from '@dittoo/platform';
import { standaloneSchemas } from './standalone.module.js';

/** `npm run migrate`: creates every service's tables, once and before the services start. */
try {
  await migrateDatabase(readDatabaseConfig(process.env), standaloneSchemas);
  process.stdout.write('the database is as this version needs it\n');
  process.exit(0);
} catch (error) {
  process.stderr.write(`cannot migrate: ${reasonOf(error)}\n`);
  process.exit(1);
}
