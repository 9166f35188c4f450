import { withConnection } from './pool.js';

/** No user input may reach the log: no statements, no parameters, no errors of statements, no details. */
export const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_wal_size: '1GB',
  autovacuum_vacuum_insert_threshold: '1000',
  jit: 'off',
  idle_in_transaction_session_timeout: '60s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '%m [%p] ',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_autovacuum_min_duration: '-1',
  log_checkpoints: 'off',
};

/** lz4 halves the log's full-page images at next to no cost; not every build has it, and pglz costs more than it gives. */
export const compressWal = (url: string): Promise<void> =>
  withConnection(url, async (client) => {
    const { rows } = await client.query<{ enumvals: string[]; setting: string }>(
      `SELECT enumvals, setting FROM pg_settings WHERE name = 'wal_compression'`,
    );
    if (rows[0]?.enumvals.includes('lz4') === true && rows[0].setting !== 'lz4') {
      await client.query('ALTER SYSTEM SET wal_compression = lz4');
      await client.query('SELECT pg_reload_conf()');
    }
  });
