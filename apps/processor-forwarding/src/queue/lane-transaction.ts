import type { Pool, PoolClient } from 'pg';
import type { Lane } from './item.js';

/** The lease was lost: another worker has the lane, and nothing of this transaction was written. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease of the lane is lost');
    this.name = 'LeaseLost';
  }
}

/** A transaction that begins by changing the lane under its token, or ends right there. */
export class LaneTransaction {
  constructor(private readonly pool: Pool) {}

  /** @param change of the lane's row; its parameters begin at `$3` @throws LeaseLost */
  async run<T>(
    { tables, subjectId, token }: Lane,
    change: string,
    parameters: readonly unknown[],
    work: (client: PoolClient) => Promise<T>,
  ): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const { rowCount } = await client.query(
        `UPDATE ${tables.lane} SET ${change} WHERE subject_id = $1 AND lease_token = $2`,
        [subjectId, token, ...parameters],
      );
      if (rowCount === 0) throw new LeaseLost();
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failed: Error) => (broken = failed));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** @returns was the lane empty, and is it gone now? */
  async deleteEmpty(client: Pool | PoolClient, { tables, subjectId, token }: Lane): Promise<boolean> {
    const { rowCount } = await client.query(
      `DELETE FROM ${tables.lane} WHERE subject_id = $1 AND lease_token = $2 AND pending = 0`,
      [subjectId, token],
    );
    return rowCount === 1;
  }
}
