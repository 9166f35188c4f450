/*
 * Promised: one turn at a time, a pause that can be cut short, reported failures with a growing pause, and a stop that
 * waits for the current turn; no timer or listener is left.
 */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { backOffMs, Loop, pause } from './loop.js';

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const failed = jest.fn();
beforeEach(() => {
  failed.mockReset();
});

describe('a loop', () => {
  it('runs again at once while there is more, and pauses when there is not', async () => {
    const more = [true, true, false];
    const work = jest.fn(() => Promise.resolve(more.shift() ?? false));
    const loop = new Loop(work, { pauseMs: 1_000, failed });
    loop.start();
    loop.start();
    await jest.advanceTimersByTimeAsync(0);
    expect(work).toHaveBeenCalledTimes(3);
    await jest.advanceTimersByTimeAsync(999);
    expect(work).toHaveBeenCalledTimes(3);
    await jest.advanceTimersByTimeAsync(1);
    expect(work).toHaveBeenCalledTimes(4);
    await loop.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is woken from its pause, also when it was called during the turn before', async () => {
    const loop: Loop = new Loop(work, { pauseMs: 60_000, failed });
    let turns = 0;
    function work(): Promise<boolean> {
      turns += 1;
      if (turns === 1) loop.wake();
      return Promise.resolve(false);
    }
    loop.start();
    await jest.advanceTimersByTimeAsync(0);
    expect(turns).toBe(2);
    loop.wake();
    await jest.advanceTimersByTimeAsync(0);
    expect(turns).toBe(3);
    await loop.stop();
  });

  it('reports a failure, waits twice as long after each in a row, and resets after a success', async () => {
    const outcomes = ['fails', 'fails', 'works', 'fails', 'rests'];
    const work = jest.fn(() => {
      const outcome = outcomes.shift();
      return outcome === 'fails' ? Promise.reject(new Error('away')) : Promise.resolve(outcome === 'works');
    });
    const loop = new Loop(work, { pauseMs: 60_000, failed });
    loop.start();
    const after = async (ms: number): Promise<number> => {
      await jest.advanceTimersByTimeAsync(ms);
      return work.mock.calls.length;
    };
    expect(await after(0)).toBe(1);
    expect([await after(99), await after(1)]).toEqual([1, 2]);
    expect([await after(199), await after(1)]).toEqual([2, 4]);
    expect([await after(99), await after(1)]).toEqual([4, 5]);
    expect(failed).toHaveBeenCalledTimes(3);
    await loop.stop();
  });

  it('that works for long and fails then waits as after a first failure', async () => {
    let turns = 0;
    const work = ({ progressed }: { progressed: () => void }): Promise<boolean> => {
      turns += 1;
      if (turns === 3) progressed();
      return Promise.reject(new Error('away'));
    };
    const loop = new Loop(work, { pauseMs: 0, failed });
    loop.start();
    await jest.advanceTimersByTimeAsync(300); // 100 and 200
    expect(turns).toBe(3);
    await jest.advanceTimersByTimeAsync(100);
    expect(turns).toBe(4);
    await loop.stop();
  });

  it('stops after the current turn, whose signal is aborted', async () => {
    let finish!: () => void;
    let heard = false;
    const loop = new Loop(
      async ({ signal }) => {
        await new Promise<void>((resolve) => (finish = resolve));
        heard = signal.aborted;
        return true;
      },
      { pauseMs: 0, failed },
    );
    loop.start();
    await jest.advanceTimersByTimeAsync(0);
    let stopped = false;
    const stopping = loop.stop().then(() => (stopped = true));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(heard).toBe(true);
  });

  it('can be ended by its own work, without waiting for itself', async () => {
    let turns = 0;
    const loop: Loop = new Loop(
      () => {
        turns += 1;
        loop.end();
        return Promise.resolve(true);
      },
      { pauseMs: 0, failed },
    );
    loop.start();
    await loop.stop();
    expect(turns).toBe(1);
  });
});

describe('a pause', () => {
  it('after failures doubles up to its cap', () => {
    expect([0, 1, 2, 3, 20].map((failures) => backOffMs(failures))).toEqual([50, 100, 200, 400, 5_000]);
    expect(backOffMs(20, 1_000)).toBe(1_000);
  });

  it('ends when aborted, before or meanwhile, and leaves no timer', async () => {
    const abort = new AbortController();
    const resting = pause(60_000, abort.signal);
    abort.abort();
    await resting;
    await pause(60_000, abort.signal);
    expect(jest.getTimerCount()).toBe(0);
  });
});
