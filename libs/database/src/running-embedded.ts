import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { superuser } from './cluster-creation.js';
import { withConnection } from './pool.js';

/**
 * The connection string, with password, of an embedded PostgreSQL that another process of this user runs.
 *
 * @returns `null` = none is running: start it
 */
export const runningEmbeddedUrl = async (dataDir: string, database: string): Promise<string | null> => {
  const [password, port] = ['password', 'port'].map((name) => join(dataDir, name)) as [string, string];
  if (!existsSync(password) || !existsSync(port)) return null;
  const login = `${superuser}:${readFileSync(password, 'utf8')}`;
  const url = `postgres://${login}@127.0.0.1:${readFileSync(port, 'utf8').trim()}/${encodeURIComponent(database)}`;
  try {
    return await withConnection(url, () => Promise.resolve(url));
  } catch (error) {
    if ((error as { code?: string }).code === 'ECONNREFUSED') return null;
    throw error;
  }
};
