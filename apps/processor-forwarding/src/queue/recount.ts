import type { Pool } from 'pg';
import type { Lane } from './item.js';
import { LeaseLost } from './lane-writes.js';

/**
 * Counts the items of a lane in which none was found although its counter says so: readings are counted each time they
 * are asked for, and several are one item. In two statements, so that the second sees what was committed while the first
 * waited for the lane.
 *
 * @returns whether it has items; a lane without is gone, and what is queued from then on belongs to a new one
 * @throws LeaseLost
 */
export const recounted = async (pool: Pool, { subjectId, tables, token }: Lane): Promise<boolean> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const { rowCount } = await client.query(
      `SELECT FROM ${tables.lane} WHERE subject_id = $1 AND lease_token = $2 FOR UPDATE`,
      [subjectId, token],
    );
    if (rowCount === 0) throw new LeaseLost();
    const { rowCount: kept } = await client.query(
      `WITH counted AS (
         SELECT count(*)::int AS items, (count(*) FILTER (WHERE NOT polled))::int AS urgent FROM ${tables.item}
          WHERE subject_id = $1 AND state IN ('queued', 'sending')),
       emptied AS (DELETE FROM ${tables.lane} l USING counted c WHERE l.subject_id = $1 AND c.items = 0)
       UPDATE ${tables.lane} l SET pending = c.items, urgent = c.urgent FROM counted c
        WHERE l.subject_id = $1 AND c.items > 0`,
      [subjectId],
    );
    await client.query('COMMIT');
    return kept === 1;
  } catch (error) {
    await client.query('ROLLBACK').catch((failed: Error) => (broken = failed));
    throw error;
  } finally {
    client.release(broken);
  }
};
