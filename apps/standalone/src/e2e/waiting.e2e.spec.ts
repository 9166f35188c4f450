import { join } from 'node:path';
import { FileKeyEncryption } from '@dittoo/personal-data';
import { until } from '@dittoo/platform/testing';
import { afterAll, expect, it } from '@jest/globals';
import { DataDirectory, InterruptedShop } from './interrupted-process.js';

/** Promise: a start that waits says for what, without a password, and ends in order when it is told to stop. */
const directory = new DataDirectory();
const keyFile = join(directory.package, 'kek.json');
FileKeyEncryption.generate(keyFile);
afterAll(() => directory.remove(), 60_000);

it.each([
  [
    'PostgreSQL at 127.0.0.1:1',
    { DATABASE_URL: 'postgres://shop:hunter2@127.0.0.1:1/shop', KEY_ENCRYPTION_KEY_FILE: keyFile },
  ],
  ['EventStoreDB at 127.0.0.1:1', { EVENT_STORE_URL: 'esdb://127.0.0.1:1?tls=false' }],
  ['Kafka at 127.0.0.1:1', { KAFKA_BROKERS: '127.0.0.1:1', DATA_DIR: join(directory.path, 'on-kafka') }],
] as const)(
  '%s',
  async (place, env) => {
    const shop = new InterruptedShop(directory, { LOG_LEVEL: 'silent', ...env });
    const line = `waiting for ${place} (1 s)\n`;
    await until(() => {
      if (shop.isOver) throw new Error(`the shop ended:\n${shop.output}`);
      return shop.output.includes(line);
    }, 120_000);
    shop.signal('SIGINT');
    expect(await shop.ending).toEqual({ code: 0, signal: null });
    expect(shop.output).not.toContain('hunter2');
    await until(() => directory.processes().length === 0, 60_000);
  },
  180_000,
);
