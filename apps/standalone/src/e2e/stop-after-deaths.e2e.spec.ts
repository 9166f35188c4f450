// Promised: however often PostgreSQL has died under it, the shop stops in order when it is asked to: it exits with 0,
// well before it would give up, and stops the database last.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ShopProcess } from './shop-process.js';

let shop: ShopProcess;
afterEach(() => shop.remove());

const ready = async (): Promise<void> => {
  for (const end = Date.now() + 30_000; ; await sleep(50)) {
    const answer = await fetch(`${shop.url}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    if (Date.now() > end) throw new Error(`the shop is not ready again:\n${shop.log.slice(-4_000)}`);
  }
};

describe('SIGTERM', () => {
  it.each([0, 1, 3])(
    'after PostgreSQL has died %i times',
    async (deaths) => {
      shop = await ShopProcess.start();
      for (let death = 1; death <= deaths; death++) {
        await shop.killDatabase();
        while (shop.log.split('postgres.restarted').length <= death) await sleep(20);
        await ready();
      }
      const askedAt = performance.now();
      expect(await shop.stop()).toBe(0);
      expect(performance.now() - askedAt).toBeLessThan(15_000);
      expect(shop.log.trimEnd().split('\n').at(-1)).toContain('postgres.stopped');
    },
    90_000,
  );
});
