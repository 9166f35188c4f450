/**
 * SQLSTATE classes and codes that pass by themselves: connection, resources, operator, serialisation, deadlock, lock.
 */
const transientSqlState = /^(08|53|57|58|25P03|40001|40P01|55P03)/;
const transientSystem = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)/;
/** TypeORM releases a lost connection at once; a later write through it only fails with "released". */
const lostMidway = ['QueryRunnerAlreadyReleasedError', 'QueryRunnerProviderAlreadyReleasedError'];
const transientNames = new Set(['RevisionConflict', 'EventStoreUnavailable', 'KeyMissing', ...lostMidway]);

/**
 * Whether a retry may succeed. A missing key counts as transient: the reader must stop there and wait for an operator,
 * and neither skip the event nor take it for an erasure.
 */
export const isTransient = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (transientNames.has(error.name)) return true;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  if (typeof code === 'string' && (transientSqlState.test(code) || transientSystem.test(code))) return true;
  if (driverError !== undefined && driverError !== error && isTransient(driverError)) return true;
  if (error.cause !== undefined && error.cause !== error && isTransient(error.cause)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after/.test(
    error.message,
  );
};
