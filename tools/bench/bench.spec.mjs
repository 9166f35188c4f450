/** Promised: what the benchmark says of its samples is so; processor time of a process that ended is not lost. */
import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { isFlatBacklog, percentile } from './load.mjs';
import { cpuOf, difference, memoryOf, total, treeOf } from './process-tree.mjs';
import { document, statementTable, table } from './table.mjs';

const samples = (/** @type {(second: number) => number} */ at) => Array.from({ length: 120 }, (_, n) => at(n / 2));

it('a backlog that wavers is flat', () => {
  expect(
    isFlatBacklog(
      samples((second) => 20 + (second % 7)),
      30,
    ),
  ).toBe(true);
  expect(
    isFlatBacklog(
      samples((second) => Math.min(20, 4 * second)),
      30,
    ),
  ).toBe(true); // the ramp
  expect(
    isFlatBacklog(
      samples((second) => 200 - second),
      30,
    ),
  ).toBe(true);
});

it('a backlog that grows by a twentieth of what is offered is not', () => {
  expect(
    isFlatBacklog(
      samples((second) => 20 + second * 1.5),
      30,
    ),
  ).toBe(false);
});

it('no samples show nothing', () => {
  expect(isFlatBacklog([], 30)).toBe(false);
});

it('percentiles are values that were measured', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect([percentile(values, 0.5), percentile(values, 0.99), percentile([7], 0.99)]).toEqual([51, 100, 7]);
  expect(percentile([], 0.5)).toBeNaN();
});

it('the tree of this process counts what its ended children used', () => {
  const before = cpuOf(process.pid);
  spawnSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 200_000);']);
  expect(total(difference(before, cpuOf(process.pid)))).toBeGreaterThanOrEqual(100);
  expect(treeOf(process.pid).map(({ pid }) => pid)).toContain(process.pid);
  expect(memoryOf(process.pid).rssMb).toBeGreaterThan(10);
});

const run = { name: 'full orders', unit: 'orders/s', value: 12.34, baseline: 50, ratio: 0.2468, load: 'for 60 s' };

it('the table and the document say the same', () => {
  expect(table([run])).toContain('| full orders | orders/s | 12.3 | 50.0 | 0.25 |  |  | for 60 s |');
  expect(JSON.parse(document([run]))).toEqual({ runs: [run] });
});

it.each([
  [{ ratio: 0.5, target: 0.5 }, 'reached'],
  [{ ratio: 0.4, target: 0.5 }, 'not reached'],
  [{ ratio: null, value: 1, target: 0 }, 'not reached'],
  [{ value: 9, atLeast: 10 }, 'not reached'],
  [{ value: 9, atMost: 10 }, 'reached'],
])('%j is %s', (more, verdict) => {
  expect(table([{ ...run, ...more }])).toContain(`| ${verdict} |`);
});

it('statements are told per order, the rare ones left out', () => {
  const statement = { rows: 0, ms: 8 };
  const text = statementTable(10, [
    { ...statement, query: 'SELECT a | b', calls: 40 },
    { ...statement, query: 'SELECT rare', calls: 0.1 },
  ]);
  expect(text).toContain('| 4.00 | 0.200 | SELECT a \\| b |');
  expect(text).not.toContain('rare');
});
