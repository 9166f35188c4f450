import { setTimeout as sleep } from 'node:timers/promises';

const quantumMs = 100;

/**
 * Resolves at the next full tenth of a second after its start, so that the duration does not reveal the branch taken:
 * hashing the password is most of the work, and the branches differ by a few milliseconds.
 */
export const evenlyTimed = async <T>(work: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now();
  try {
    return await work();
  } finally {
    const elapsed = performance.now() - startedAt;
    await sleep(quantumMs - (elapsed % quantumMs));
  }
};
