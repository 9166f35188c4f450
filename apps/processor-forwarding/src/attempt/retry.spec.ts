import { describe, expect, it } from '@jest/globals';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import { retryOf } from './retry.js';
import type { Turn } from './turn.js';

/** Promise: what may have happened is not looked for before it can have become visible. */
const turn = { connection: { limits: { retryCapMs: 100, attempts: 3 } }, lane: { attempt: 1 } } as unknown as Turn;
const tuning = { retryBaseMs: 10, reconcileAfterMs: 5_000 };
const after = (outcome: TransmissionFailed['outcome'], failure: string) =>
  retryOf(turn, new TransmissionFailed(failure, outcome, { retry: true }), tuning);

describe('a retry', () => {
  it.each(['timeout', 'http-500', 'http-504'])('waits where nobody knows the effect: %s', (failure) =>
    expect(after('unknown', failure).delayMs).toBe(5_000),
  );
  it('comes soon where nothing was sent', () =>
    expect(after('notSent', 'connection-refused').delayMs).toBeLessThanOrEqual(40));
});
