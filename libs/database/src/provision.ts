import pg from 'pg';
import { roleName, withConnection } from './pool.js';

/** The role of the services: it owns nothing, so it has only the rights that a migration granted it. */
export const appRole = 'dittoo_app';

/** Duplicate database or role; or a catalogue conflict when two processes create it at the same moment. */
const alreadyThere = new Set(['42P04', '42710', '23505', 'XX000']);
/** Insufficient privilege, or the undefined role that could not be created because of it. */
const notAllowed = new Set(['42501', '42704']);

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? '';

/**
 * Creates the database named in `url` when it is absent.
 *
 * @returns whether it was created now
 *
 * Any number of processes may call it at once.
 */
export const ensureDatabase = async (url: string): Promise<boolean> => {
  try {
    await withConnection(url, async () => undefined);
    return false;
  } catch (error) {
    if (codeOf(error) !== '3D000') throw error;
  }
  const maintenance = new URL(url);
  const name = decodeURIComponent(maintenance.pathname.slice(1));
  maintenance.pathname = '/postgres';
  return withConnection(maintenance, async (client) => {
    try {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
      return true;
    } catch (error) {
      if (!alreadyThere.has(codeOf(error))) throw error;
      return false;
    }
  });
};

/**
 * Creates the role of the services (no login of its own) and lets the login of `url` assume it.
 *
 * @returns whether this login may assume the role; `false` on a server whose administrator has not granted it: then use
 *   `openPool` without `role`.
 *
 * Any number of processes may call it at once.
 */
export const ensureAppRole = (url: string, role = appRole): Promise<boolean> =>
  withConnection(url, async (client) => {
    const attempt = async (statement: string): Promise<void> => {
      try {
        await client.query(statement);
      } catch (error) {
        const code = codeOf(error);
        if (!alreadyThere.has(code) && !notAllowed.has(code)) throw error;
      }
    };
    const { rows: roles } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
    if (roles.length === 0) await attempt(`CREATE ROLE ${roleName(role)} NOLOGIN`);
    const mayAct = async (): Promise<boolean> => {
      const { rows } = await client.query<{ member: boolean }>(
        `SELECT pg_has_role(current_user, oid, 'MEMBER') AS member FROM pg_roles WHERE rolname = $1`,
        [role],
      );
      return rows[0]?.member ?? false;
    };
    if (!(await mayAct())) await attempt(`GRANT ${roleName(role)} TO CURRENT_USER`);
    return mayAct();
  });
