import pg from 'pg';

export interface PoolOptions {
  /** Connections at most; 100 are there for all services together. */
  readonly max: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Every session acts with the rights of this role, from its first statement on. */
  readonly role?: string;
  /** Default 30,000; 0 = none. */
  readonly statementTimeoutMs?: number;
  /** A connection broke while nobody used it; the pool replaces it by itself. */
  readonly onError?: (error: Error) => void;
}

/**
 * A pool with the settings all services share. A connection that breaks never takes the process down: whoever uses it
 * gets the error, the next query gets a new connection.
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
  // a client that was handed out has no other listener, and an 'error' without one ends the process
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};

/** Role names are ours and plain; anything else would be a second startup option. */
export const roleName = (role: string): string => {
  if (!/^[a-z_][a-z0-9_]*$/.test(role)) throw new TypeError('a role is named in lower case letters, digits and _');
  return role;
};
