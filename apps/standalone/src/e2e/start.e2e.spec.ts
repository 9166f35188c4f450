import { createServer, type Server } from 'node:net';
import { freePort } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ShopProcess } from './shop-process.js';

/** A start that cannot succeed says why in one line, ends with 1, and leaves nothing running. */
let port: number;
let occupant: Server;

beforeAll(async () => {
  port = await freePort();
  occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(port, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => occupant.close(resolve)));

describe('npm start', () => {
  it.each([
    [
      'a port in use',
      () => ({ PORT: String(port) }),
      /^cannot start: PORT \d+ on HOST 127\.0\.0\.1 is taken by another program: stop it, or set another PORT\n$/,
    ],
    [
      'a host of another machine',
      () => ({ HOST: '192.0.2.1' }),
      /^cannot start: HOST 192\.0\.2\.1 is no address of this machine: .*\n$/,
    ],
    ['a port in another notation', () => ({ PORT: '1e4' }), /^cannot start: PORT must be a whole number .*\n$/],
    ['a port that is none', () => ({ PORT: 'eighty' }), /cannot start: PORT must be/],
    ['a host that is none', () => ({ HOST: '256.1.1.1' }), /cannot start: HOST must be/],
    ['a data directory that is a file', () => ({ DATA_DIR: '/dev/null' }), /cannot start: .*DATA_DIR/],
    [
      'a database without its key file',
      () => ({ DATABASE_URL: 'postgres://nobody@127.0.0.1/x' }),
      /KEY_ENCRYPTION_KEY_FILE/,
    ],
    [
      'a test clock in production',
      () => ({ CLOCK_OFFSET: 'P1D', NODE_ENV: 'production' }),
      /cannot start: CLOCK_OFFSET/,
    ],
  ])(
    'refuses %s',
    async (_, env, reason) => {
      const { code, log } = await ShopProcess.refused(env());
      expect(log).toMatch(reason);
      expect(code).toBe(1);
    },
    60_000,
  );
});
