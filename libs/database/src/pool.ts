import { clientLimits, sessionSettings, statementTimeoutMs } from '@dittoo/kernel';
import pg from 'pg';

export interface PoolOptions {
  /** Maximum connections; the server has 100 for all services together. */
  readonly max: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Every session has the rights of this role, from its first statement on. */
  readonly role?: string;
  /** Default 30,000; 0 = none. */
  readonly statementTimeoutMs?: number;
  /** Called when an idle connection broke; the pool replaces it by itself. */
  readonly onError?: (error: Error) => void;
}

/**
 * A pool with the settings all services share. A broken connection never ends the process: its current query gets the
 * error, the next one gets a new connection.
 */
export const openPool = (url: string, options: PoolOptions): pg.Pool => {
  const timeoutMs = options.statementTimeoutMs ?? statementTimeoutMs;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    application_name: options.applicationName,
    idleTimeoutMillis: 60_000,
    ...sessionLimits(timeoutMs, options.role),
  });
  pool.on('error', (error) => options.onError?.(error));
  return pool;
};

/** Limits and role of every session of a pool, also of one that a library opens: part of the pool's options. */
export const sessionLimits = (
  timeoutMs = statementTimeoutMs,
  role?: string,
): Pick<pg.PoolConfig, 'connectionTimeoutMillis' | 'keepAlive' | 'keepAliveInitialDelayMillis' | 'query_timeout'> & {
  onConnect(client: pg.ClientBase): Promise<void>;
} => ({
  ...clientLimits(timeoutMs),
  onConnect: async (client) => {
    // a checked-out client has no other listener, and an unhandled 'error' ends the process
    client.on('error', () => undefined);
    await client.query(sessionSettings(timeoutMs));
    if (role !== undefined) await client.query(`SET ROLE ${roleName(role)}`);
  },
});

/**
 * A connection of its own, for a lock or a single piece of work. @param work gets it, and it is closed afterwards
 */
export const withConnection = async <T>(
  url: string | URL,
  work: (client: pg.Client) => Promise<T>,
  timeoutMs = statementTimeoutMs,
): Promise<T> => {
  const client = new pg.Client({ connectionString: url.toString(), ...clientLimits(timeoutMs) });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sessionSettings(timeoutMs));
    return await work(client);
  } finally {
    await client.end();
  }
};

/** Role names are plain; other characters could add a second startup option. */
export const roleName = (role: string): string => {
  if (!/^[a-z_][a-z0-9_]*$/.test(role))
    throw new TypeError('a role name may have only lower case letters, digits and _');
  return role;
};
