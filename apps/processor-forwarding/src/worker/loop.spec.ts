/* Promised: one turn at a time; an error ends no loop and is repeated with a growing pause; `stop` waits for the turn. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Loop } from './loop.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const started = (turn: (signal: AbortSignal) => Promise<number>) => {
  const errors: unknown[] = [];
  const loop = new Loop(turn, (error) => errors.push(error));
  loop.start();
  return { loop, errors };
};

describe('the loop', () => {
  it('pauses as long as the turn says, or until it is woken', async () => {
    let turns = 0;
    const { loop } = started(async () => ++turns && 1_000);
    await jest.advanceTimersByTimeAsync(999);
    expect(turns).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(turns).toBe(2);
    loop.wake();
    await jest.advanceTimersByTimeAsync(0);
    expect(turns).toBe(3);
    await loop.stop();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(turns).toBe(3);
  });

  it('does not lose a wake that comes during a turn', async () => {
    let turns = 0;
    const { loop } = started(async () => {
      turns += 1;
      await Promise.resolve();
      if (turns === 1) loop.wake();
      return 60_000;
    });
    await jest.advanceTimersByTimeAsync(0);
    expect(turns).toBe(2);
    await loop.stop();
  });

  it('goes on after errors, with a pause that doubles to a cap and begins anew after a success', async () => {
    const at: number[] = [];
    const fails = (turn: number) => turn !== 6;
    const { loop, errors } = started(async () => {
      at.push(Date.now());
      if (fails(at.length)) throw new Error('the database does not answer');
      return 100;
    });
    await jest.advanceTimersByTimeAsync(20_000);
    const pauses = at.slice(1).map((time, index) => time - at[index]!);
    expect(pauses.slice(0, 7)).toEqual([500, 1_000, 2_000, 4_000, 5_000, 100, 500]);
    expect(errors.length).toBeGreaterThan(5);
    await loop.stop();
  });

  it('stops after the turn in progress, which can see that it should end', async () => {
    let ended = false;
    const { loop } = started(
      (signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            ended = true;
            resolve(0);
          }),
        ),
    );
    await loop.stop();
    expect(ended).toBe(true);
  });
});
