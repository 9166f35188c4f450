import { setTimeout as sleep } from 'node:timers/promises';

/** Keeps passwords as hashes that take long to try. */
export abstract class Passwords {
  abstract hash(password: string): Promise<string>;

  /** `hash` `null` = there is no such account: takes as long as a wrong password and says no. */
  abstract verify(hash: string | null, password: string): Promise<boolean>;
}

const quantumMs = 100;

/**
 * Answers at the next tenth of a second after it began, so that the time says nothing about which way was taken: the
 * hash is most of the work, and what differs beside it is a few milliseconds.
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
