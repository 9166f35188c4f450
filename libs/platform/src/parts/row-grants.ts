import { appRole, withConnection } from '@dittoo/database';
import pg from 'pg';

/** Lets the services' role read and write the rows of these schemas; it owns none of them. */
export const grantRows = (url: string, schemas: readonly string[]): Promise<void> =>
  withConnection(url, async (client) => {
    for (const schema of schemas) {
      const name = pg.escapeIdentifier(schema);
      await client.query(`GRANT USAGE ON SCHEMA ${name} TO ${appRole}`);
      await client.query(
        `GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA ${name} TO ${appRole}`,
      );
      await client.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${name} TO ${appRole}`);
    }
  });
