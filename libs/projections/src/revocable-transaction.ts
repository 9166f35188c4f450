import type { DataSource, EntityManager } from 'typeorm';

/** The transaction was given up; nothing of it stays. */
export class TransactionRevoked extends Error {
  override readonly name = 'TransactionRevoked';
}

/**
 * A transaction that can be given up while its work still goes on: from `revoke` on the connection takes no statement but
 * the rollback. Without that, a statement that comes between the rollback and the connection's release would commit alone.
 *
 * @param work throws what `revoke` throws, at the latest with its next statement
 * @throws what `work` or the commit throws: nothing was written
 */
export const inRevocableTransaction = async <Result>(
  dataSource: DataSource,
  work: (manager: EntityManager, revoke: () => never) => Promise<Result>,
): Promise<Result> => {
  const runner = dataSource.createQueryRunner();
  const query = runner.query.bind(runner) as (...given: unknown[]) => Promise<unknown>;
  let revoked = false;
  const guarded = (...given: unknown[]): Promise<unknown> =>
    revoked && given[0] !== 'ROLLBACK' ? Promise.reject(new TransactionRevoked()) : query(...given);
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
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    revoked = true;
    await runner.release();
  }
};
