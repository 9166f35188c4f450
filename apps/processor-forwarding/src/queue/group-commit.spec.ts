/*
 * Promised: what is asked for together, or while a statement is under way, shares one; nobody gets a neighbour's result,
 * and nobody pays for a neighbour's failure.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { GroupCommit } from './group-commit.js';

const committing = () => {
  const groups: number[][] = [];
  const passes: (() => void)[] = [];
  const group = new GroupCommit<number, string>(
    async (requests) => {
      groups.push([...requests]);
      await new Promise<void>((resolve) => passes.push(resolve));
      if (requests.includes(13)) throw new Error('thirteen');
      return requests.map((request) => `did ${request}`);
    },
    (request) => String(request % 100),
  );
  const pass = async (): Promise<void> => {
    for (let turns = 0; passes.length === 0 && turns < 100; turns++) await sleep(1);
    passes.shift()?.();
  };
  return { group, groups, pass };
};

describe('requests', () => {
  it('of one turn are one group, those that arrive meanwhile are the next', async () => {
    const { group, groups, pass } = committing();
    const first = [group.ask(1), group.ask(2)];
    for (let turns = 0; groups.length === 0 && turns < 100; turns++) await sleep(1);
    const second = [group.ask(3), group.ask(4), group.ask(5)];
    await pass();
    expect(await Promise.all(first)).toEqual(['did 1', 'did 2']);
    await pass();
    expect(await Promise.all(second)).toEqual(['did 3', 'did 4', 'did 5']);
    expect(groups).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it('about the same are carried out one after another, in order', async () => {
    const { group, groups, pass } = committing();
    const all = Promise.all([group.ask(1), group.ask(101), group.ask(2), group.ask(201)]);
    for (let left = 3; left > 0; left--) await pass();
    expect(await all).toEqual(['did 1', 'did 101', 'did 2', 'did 201']);
    expect(groups).toEqual([[1, 2], [101], [201]]);
  });

  it('of a group that fails are tried alone', async () => {
    const { group, groups, pass } = committing();
    const all = Promise.allSettled([group.ask(1), group.ask(13), group.ask(2)]);
    for (let left = 4; left > 0; left--) await pass();
    expect((await all).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
      'did 1',
      'Error: thirteen',
      'did 2',
    ]);
    expect(groups).toEqual([[1, 13, 2], [1], [13], [2]]);
  });

  it('of a group that is not answered are all told, and none is tried alone', async () => {
    let statements = 0;
    const lost = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    const group = new GroupCommit<number, string>(
      () => {
        statements++;
        return Promise.reject(lost);
      },
      (request) => String(request),
    );
    const all = await Promise.allSettled([group.ask(1), group.ask(2), group.ask(3)]);
    expect(all).toEqual(all.map(() => ({ status: 'rejected', reason: lost })));
    expect(statements).toBe(1);
  });
});
