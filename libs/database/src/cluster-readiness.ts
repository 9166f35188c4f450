import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

const startPatienceMs = 180_000;

interface Starting {
  readonly dataDir: string;
  readonly url: string;
  /** Why it is no longer starting. */
  readonly ended: () => EmbeddedPostgresError | undefined;
  /** PostgreSQL is replaying its log, which may take a while. */
  readonly onRecovering: () => void;
}

/**
 * Waits until the PostgreSQL just started accepts connections.
 *
 * @throws EmbeddedPostgresError `password-missing`, `start-failed`, or why it ended
 */
export const untilReady = async ({ dataDir, ended, onRecovering, url }: Starting): Promise<void> => {
  let recovering = false;
  const recoveryAt = Date.now() + 1_000;
  for (const deadline = Date.now() + startPatienceMs; ; await pause(15)) {
    const failure = ended();
    if (failure !== undefined) throw failure;
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined);
      const code = (error as { code?: string }).code;
      if (code === '28P01') {
        throw new EmbeddedPostgresError(
          'password-missing',
          `the password in ${join(dataDir, 'password')} is not that of the cluster: put the right one back`,
        );
      }
      if (code === '57P03' && !recovering && Date.now() > recoveryAt) {
        recovering = true;
        onRecovering();
      }
      if (Date.now() > deadline) {
        throw new EmbeddedPostgresError(
          'start-failed',
          `PostgreSQL did not answer in time; see ${join(dataDir, 'postgres.log')}`,
          error,
        );
      }
    }
  }
};
