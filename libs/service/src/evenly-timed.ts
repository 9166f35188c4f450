import { setTimeout as sleep } from 'node:timers/promises';

const quantumMs = 100;

/**
 * Answers at the next tenth of a second after it began, so that the time says nothing about which way was taken: a
 * password's hash is most of the work, and what differs beside it is a few milliseconds.
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
