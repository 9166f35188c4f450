import { readDatabaseConfig, type DatabaseConfig } from '@dittoo/platform';

/** All that `npm run migrate` reads. @throws Error with the name of the variable that is wrong */
export const readMigrateConfig = (env: Readonly<Record<string, string | undefined>> = process.env): DatabaseConfig =>
  readDatabaseConfig(env);
