// Promised: the age of what waits is measured from the data; where it cannot be measured it grows and never reads zero.
import { expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { ageGauge } from './age.metrics.js';

const t0 = Date.parse('2026-01-01T00:00:00.000Z');

const gauge = () => {
  const metrics = new Registry();
  const state = { at: t0, answer: (): Promise<ReadonlyMap<string, string | null>> => Promise.resolve(new Map()) };
  ageGauge(metrics, { name: 'age', help: 'age', label: 'group', now: () => state.at, measure: () => state.answer() });
  const ages = async () => {
    const { values } = await metrics.getSingleMetric('age')!.get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels['group'], value]));
  };
  return { state, ages };
};

it('is zero only where it was measured that nothing waits', async () => {
  const { ages, state } = gauge();
  state.answer = () => Promise.resolve(new Map([['mail', null]]));
  expect(await ages()).toEqual({ mail: 0 });
  state.answer = () => Promise.resolve(new Map([['mail', new Date(t0 - 3_000).toISOString()]]));
  expect(await ages()).toEqual({ mail: 3 });
});

it('grows while it cannot be measured, whatever was measured before', async () => {
  const { ages, state } = gauge();
  state.answer = () =>
    Promise.resolve(
      new Map([
        ['mail', null],
        ['list', new Date(t0 - 5_000).toISOString()],
      ]),
    );
  await ages();
  state.answer = () => Promise.reject(new Error('the database is away'));
  state.at = t0 + 60_000;
  expect(await ages()).toEqual({ mail: 60, list: 65 });
  state.at = t0 + 90_000;
  expect(await ages()).toEqual({ mail: 90, list: 95 });
});

it('without a label grows from the start of the process where it could never be measured', async () => {
  const metrics = new Registry();
  let at = t0;
  const measure = () => Promise.reject(new Error('the database is away'));
  ageGauge(metrics, { name: 'age', help: 'age', now: () => at, measure });
  at += 10_000;
  expect((await metrics.getSingleMetric('age')!.get()).values[0]?.value).toBe(10);
});
