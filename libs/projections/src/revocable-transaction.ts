import type { DataSource, EntityManager } from 'typeorm';

/** The transaction was revoked; nothing of it was written. */
export class TransactionRevoked extends Error {
  override readonly name = 'TransactionRevoked';
}

/**
 * A transaction that can be revoked while its work continues: from `revoke` on the connection accepts no statement but the
 * rollback. Otherwise a statement between the rollback and the connection's release would commit on its own.
 *
 * @param work gets the error of `revoke` at the latest from its next statement
 * @throws the error of `work` or of the commit: nothing was written
 */
export const inRevocableTransaction = async <Result>(
  dataSource: DataSource,
  work: (manager: EntityManager, revoke: () => never) => Promise<Result>,
): Promise<Result> => {
  const runner = dataSource.createQueryRunner();
  const query = runner.query.bind(runner) as (...parameters: unknown[]) => Promise<unknown>;
  let revoked = false;
  const guarded = (...parameters: unknown[]): Promise<unknown> =>
    revoked ? Promise.reject(new TransactionRevoked()) : query(...parameters);
  Object.assign(runner, { query: guarded });
  try {
    await runner.startTransaction();
    const result = await work(runner.manager, () => {
      revoked = true;
      throw new TransactionRevoked();
    });
    await runner.commitTransaction();
    return result;
  } catch (error) {
    revoked = true;
    // Not the runner's own: inside a nested transaction that would roll back to its savepoint alone.
    await query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    revoked = true;
    await runner.release();
  }
};
