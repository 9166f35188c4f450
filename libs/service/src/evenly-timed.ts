import { setTimeout as sleep } from 'node:timers/promises';

const quantumMs = 250;

/**
 * Resolves at the next full quarter of a second after its start, so that the duration does not reveal the branch taken.
 * A quarter is well above the work of any branch (hashing a password is most of it): only a step that all of them end
 * below hides that they differ by some milliseconds.
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
