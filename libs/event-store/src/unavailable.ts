import { EventStoreUnavailable } from '@dittoo/kernel';

/** Of the server: shutting down, starting, too many clients, out of disk or memory, gave up on a deadlock, read-only standby. */
const passing = /^(08|53|57P|57014|40001|40P01|25006|58030)/;

/** Is it the connection or the server, rather than the statement? Then it may work later. */
export const isUnavailable = (error: unknown): boolean => {
  const { code, severity } = error as { code?: string; severity?: string };
  if (severity !== undefined) return passing.test(code ?? '');
  return (
    /^E[A-Z]+$/.test(code ?? '') ||
    /connection|timeout|terminated|not queryable|closed the/i.test(error instanceof Error ? error.message : '')
  );
};

/** Runs `work` and speaks of a server that does not answer in the words of the port. */
export const reaching = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw isUnavailable(error) ? new EventStoreUnavailable(error) : error;
  }
};
