import 'reflect-metadata';
import { migrateDatabase, reasonOf } from '@dittoo/platform';
import { readMigrateConfig } from './migrate.config.js';
import { standaloneService } from './standalone.module.js';

/** `npm run migrate`: creates every service's tables, once and before the services start. */
try {
  await migrateDatabase(readMigrateConfig(), standaloneService.schemas);
  process.stdout.write('the database is as this version needs it\n');
  process.exit(0);
} catch (error) {
  process.stderr.write(`cannot migrate: ${reasonOf(error)}\n`);
  process.exit(1);
}
