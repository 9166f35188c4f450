import { request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@dittoo/platform/testing';
import { afterAll, describe, expect, it } from '@jest/globals';
import { DataDirectory, InterruptedShop, inTerminal, main, type Ending } from './interrupted-process.js';

/**
 * Promise: a stop request by any route lets the shop finish its current work, stop its database and leave nothing
 * running; a signal that arrives twice counts once, a later one ends the shop at once. Left open: npm itself is killed
 * by SIGHUP and SIGQUIT, which its own exit code then shows.
 */
const directory = new DataDirectory();
afterAll(() => directory.remove(), 60_000);

const npmStart: readonly [string, ...string[]] = ['npm', 'start'];
const nothingRuns = (): Promise<unknown> => until(() => directory.processes().length === 0, 60_000);

const endedInOrder = async (): Promise<void> => {
  await nothingRuns();
  expect(directory.wasLeftInOrder()).toBe(true);
};

const twice = async (send: () => void): Promise<void> => {
  send();
  await sleep(2);
  send();
};

/** A request whose body pauses half way, until it is released. */
const inHand = async (url: string) => {
  const body = JSON.stringify({ email: 'nobody@example.org', password: 'not the pass phrase' });
  const asked = request(`${url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), connection: 'close' },
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) =>
    asked.once('response', resolve).once('error', reject),
  );
  answer.catch(() => undefined);
  asked.write(body.slice(0, 10));
  await sleep(200); // it has to arrive, and the client cannot see when it has
  return { answer, finish: () => void asked.end(body.slice(10)) };
};

describe.each([
  ['SIGINT', 'node', undefined],
  ['SIGTERM', 'node', undefined],
  ['SIGHUP', 'node', undefined],
  ['SIGQUIT', 'node', undefined],
  ['SIGHUP', 'nohup', ['nohup', 'npm', 'start']],
  ['SIGINT', 'npm', npmStart],
  ['SIGTERM', 'npm', npmStart],
] as const)('%s to %s', (signal, _, command) => {
  it('drains, stops the database and exits 0', async () => {
    const shop = new InterruptedShop(directory, {}, command);
    await shop.ready();
    if (command?.[0] === 'nohup') process.kill(shop.pid, signal);
    else shop.signal(signal);
    expect(await shop.ending).toEqual({ code: 0, signal: null });
    await endedInOrder();
  }, 180_000);
});

describe('a signal that npm does not pass on', () => {
  it.each(['SIGHUP', 'SIGQUIT', 'SIGKILL'] as const)(
    '%s: the shop notices that npm is gone',
    async (signal) => {
      const shop = new InterruptedShop(directory, {}, npmStart);
      await shop.ready();
      shop.signal(signal);
      await shop.ending;
      await endedInOrder();
    },
    180_000,
  );
});

describe('a signal to the whole group', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    '%s',
    async (signal) => {
      const shop = new InterruptedShop(directory, {}, npmStart);
      await shop.ready();
      process.kill(-shop.child.pid!, signal);
      await shop.ending;
      await endedInOrder();
    },
    180_000,
  );
});

describe('in a terminal', () => {
  const keys = { 'Ctrl-C': '\x03', 'Ctrl-\\': '\x1c' };

  it.each([
    ['Ctrl-C', 'exec npm start'],
    ['Ctrl-C', 'exec node "$MAIN"'],
    ['Ctrl-\\', 'exec node "$MAIN"'],
  ] as const)(
    '%s ends `%s` with 0',
    async (key, line) => {
      expect(await typed(key, line)).toEqual({ code: 0, signal: null });
      await endedInOrder();
    },
    180_000,
  );

  it('Ctrl-\\ ends npm at once and the shop in order', async () => {
    await typed('Ctrl-\\', 'exec npm start');
    await endedInOrder();
  }, 180_000);

  it('closing it ends the shop in order', async () => {
    const shop = new InterruptedShop(directory, {}, inTerminal('exec npm start'));
    await shop.ready();
    shop.signal('SIGKILL');
    await shop.ending;
    await endedInOrder();
  }, 180_000);

  const typed = async (key: keyof typeof keys, line: string): Promise<Ending> => {
    const shop = new InterruptedShop(directory, { MAIN: main, SHELL: '/bin/sh' }, inTerminal(line));
    await shop.ready();
    shop.type(keys[key]);
    return shop.ending;
  };
});

describe('a signal that arrives twice', () => {
  it('counts once: the current request is answered', async () => {
    const shop = new InterruptedShop(directory);
    const { answer, finish } = await inHand(await shop.ready());
    await twice(() => shop.signal('SIGINT'));
    await sleep(500); // longer than between a terminal's signal and npm's
    shop.signal('SIGINT');
    finish();
    expect((await answer).statusCode).toBe(401);
    expect(await shop.ending).toEqual({ code: 0, signal: null });
    await endedInOrder();
  }, 180_000);

  it('and again more than 2 s later ends the shop at once, with nothing left running', async () => {
    const shop = new InterruptedShop(directory);
    await inHand(await shop.ready());
    await twice(() => shop.signal('SIGINT'));
    await sleep(2_200);
    expect(shop.isOver).toBe(false); // it waits for the request
    shop.signal('SIGINT');
    expect(await shop.ending).toEqual({ code: 1, signal: null });
    await nothingRuns();
    // and nothing is lost
    const next = new InterruptedShop(directory);
    await next.ready();
    next.signal('SIGTERM');
    expect(await next.ending).toEqual({ code: 0, signal: null });
  }, 180_000);
});
