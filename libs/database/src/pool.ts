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
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    application_name: options.applicationName,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(options.role === undefined ? {} : { options: `-c role=${roleName(options.role)}` }),
  });
  pool.on('error', (error) => options.onError?.(error));
  // a checked-out client has no other listener, and an unhandled 'error' ends the process
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};

/** Role names are plain; other characters could add a second startup option. */
export const roleName = (role: string): string => {
  if (!/^[a-z_][a-z0-9_]*$/.test(role))
    throw new TypeError('a role name may have only lower case letters, digits and _');
  return role;
};
