/** The longest a statement may take where nothing else is said. */
export const statementTimeoutMs = 30_000;

/**
 * How long a session may keep a transaction open without a statement. Nothing is waited for inside a transaction, so
 * only a process that was paused or that lost its power comes this far, and it may not keep others waiting.
 */
const idleInTransactionMs = 8_000;

/** The server notices a client whose node has lost its power after 5 + 3 x 2 s, and releases its locks. */
const keepAlive = { idle: 5, interval: 2, count: 3 };

/**
 * The statement every session on PostgreSQL begins with. A statement and not parameters of the connection: a pooler
 * refuses those, or leaves them out.
 *
 * @param timeoutMs 0 = a statement may take any time
 */
export const sessionSettings = (timeoutMs = statementTimeoutMs): string =>
  `SELECT set_config('statement_timeout', '${Math.trunc(timeoutMs)}', false),
          set_config('idle_in_transaction_session_timeout', '${idleInTransactionMs}', false),
          set_config('tcp_keepalives_idle', '${keepAlive.idle}', false),
          set_config('tcp_keepalives_interval', '${keepAlive.interval}', false),
          set_config('tcp_keepalives_count', '${keepAlive.count}', false),
          set_config('tcp_user_timeout', '${(keepAlive.idle + keepAlive.interval * keepAlive.count) * 1000}', false)`;

/** How a client notices that the server's node has lost its power: by probes, and by a limit for each answer. */
export const clientLimits = (timeoutMs = statementTimeoutMs) => ({
  connectionTimeoutMillis: 10_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: keepAlive.idle * 1000,
  ...(timeoutMs === 0 ? {} : { query_timeout: timeoutMs + 5_000 }),
});
