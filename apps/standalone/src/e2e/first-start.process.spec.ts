import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@dittoo/platform/testing';
import { describe, expect, it } from '@jest/globals';
import { DataDirectory, InterruptedShop } from './interrupted-process.js';
import { ShopClient } from './shop-client.js';

/**
 * Promise: however and whenever a first start is interrupted, the next one succeeds and both officers can sign in. The
 * moments are stages of the start, visible in its directory, not times, so a slow machine meets them too.
 */
type Moment = readonly [
  name: string,
  met: (directory: DataDirectory, shop: InterruptedShop) => boolean,
  laterMs?: number,
];

const file = (name: string): Moment => [name, (directory) => directory.has(name)];
const isAccepting = (directory: DataDirectory): boolean => directory.has('postgres/port');

const moments: readonly Moment[] = [
  ['at once', () => true],
  ['a little later', () => true, 300],
  file('key-encryption-key.json'),
  file('postgres/supervisor.lock'),
  file('postgres/initdb-password'),
  file('postgres/cluster.new/base'),
  file('postgres/cluster.new/global/pg_control'),
  file('postgres/cluster'),
  file('postgres/cluster/postmaster.pid'),
  ['the database accepts', isAccepting],
  ['the tables are being made', isAccepting, 100],
  ['the tables are being made, or are there', isAccepting, 250],
  ['the keys are being made', isAccepting, 500],
  ['the consumers begin', isAccepting, 900],
  file('first-officer.json'),
  file('second-officer.json'),
  ['the first account is being opened', (directory) => directory.has('second-officer.json'), 40],
  ['the second account is being opened', (directory) => directory.has('second-officer.json'), 120],
  ['it listens', (directory) => directory.has('second-officer.json'), 250],
  ['it is ready', (_directory, { url }) => url !== undefined],
];

const noOfficer = { LOG_LEVEL: 'warn' };

/** @returns how it ended */
const interrupted = async (directory: DataDirectory, [, met, laterMs = 0]: Moment, how: 'kill -9' | 'Ctrl-C') => {
  const shop = new InterruptedShop(directory, noOfficer);
  for (const end = Date.now() + 120_000; !met(directory, shop) && !shop.isOver && Date.now() < end;) await sleep(2);
  await sleep(laterMs);
  if (shop.isOver) throw new Error(`the shop ended by itself:\n${shop.output}`);
  if (how === 'kill -9') shop.signal('SIGKILL');
  else {
    shop.signal('SIGINT');
    await sleep(2); // and once more by npm
    shop.signal('SIGINT');
  }
  return { ...(await shop.ending), output: shop.output };
};

const wholeStart = async (directory: DataDirectory): Promise<void> => {
  const shop = new InterruptedShop(directory, noOfficer);
  const client = new ShopClient(await shop.ready(), () => shop.output);
  for (const name of ['first-officer.json', 'second-officer.json'] as const) {
    const login = directory.login(name);
    expect(shop.output).toMatch(new RegExp(`^officer         ${login.email}  password (in |${login.password})`, 'm'));
    const { status, body } = await client.call('POST', '/sessions', { body: login });
    expect({ status, body }).toMatchObject({ status: 201 });
    const path = '/compliance/access-log/statistics';
    expect((await client.call('GET', path, { token: body.accessToken })).status).toBe(200);
  }
  shop.signal('SIGTERM');
  expect(await shop.ending).toEqual({ code: 0, signal: null });
  await until(() => directory.processes().length === 0, 60_000);
};

/** Half of the moments one way, half the other. */
const cases = moments.map((moment, index) => ({ moment, how: index % 2 === 0 ? 'kill -9' : 'Ctrl-C' }) as const);

const proven = async ({ how, moment }: (typeof cases)[number]): Promise<void> => {
  const directory = new DataDirectory();
  try {
    const { code, output, signal } = await interrupted(directory, moment, how);
    if (how === 'Ctrl-C') {
      // Before the first line of code runs, a signal ends any process by default.
      const inOrder = code === 0 || (moment === moments[1] && signal === 'SIGINT');
      expect({ inOrder, code, signal, output }).toMatchObject({ inOrder: true });
      await until(() => directory.processes().length === 0, 60_000);
    }
    await wholeStart(directory);
  } finally {
    await directory.remove();
  }
};

describe('after a first start that was interrupted', () => {
  const pairs = cases.flatMap((first, index) => (index % 2 === 0 ? [[first, cases[index + 1] ?? first] as const] : []));

  // Two in parallel: one start mostly leaves a core idle.
  it.each(pairs.map(([one, other]) => [one.how, one.moment[0], other.how, other.moment[0], one, other] as const))(
    'by %s (%s), by %s (%s): the next one is whole',
    async (_how, _moment, _otherHow, _otherMoment, ...pair) => void (await Promise.all(pair.map(proven))),
    300_000,
  );
});
