import { networkInterfaces } from 'node:os';
import { until } from '@dittoo/platform/testing';
import { afterAll, describe, expect, it } from '@jest/globals';
import { DataDirectory, InterruptedShop } from './interrupted-process.js';
import { canaryPerson, ShopClient } from './shop-client.js';

/**
 * Promise: the printed address of the shop is reachable and its tokens verify there; a public address with a path is in
 * every link.
 */
const directory = new DataDirectory();
afterAll(() => directory.remove(), 60_000);

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

const stopped = async (shop: InterruptedShop): Promise<void> => {
  shop.signal('SIGTERM');
  expect(await shop.ending).toEqual({ code: 0, signal: null });
};

describe.each([
  ['127.0.0.1', 'http://127.0.0.1:', true],
  ['0.0.0.0', 'http://127.0.0.1:', true],
  ['::1', 'http://[::1]:', hasIpv6],
  ['::', 'http://[::1]:', hasIpv6],
] as const)('HOST=%s PORT=0', (HOST, url, isHere) => {
  it(
    isHere ? 'listens on a port it prints, and its keys are there' : 'is refused: this machine has no such address',
    async () => {
      const shop = new InterruptedShop(directory, { HOST, LOG_LEVEL: 'warn' });
      if (!isHere) {
        expect(await shop.ending).toEqual({ code: 1, signal: null });
        expect(shop.output).toContain(`HOST ${HOST} is no address of this machine`);
        return;
      }
      const printed = await shop.ready();
      expect(printed.startsWith(url)).toBe(true);
      expect(Number(new URL(printed).port)).toBeGreaterThan(0);
      const client = new ShopClient(printed);
      const { accessToken } = await client.ok('POST', '/sessions', { body: directory.login('first-officer.json') });
      await client.ok('GET', '/compliance/access-log/statistics', { token: accessToken });
      expect((await client.ok('GET', '/openapi.json')).servers).toEqual([{ url: printed, description: 'PUBLIC_URL' }]);
      await stopped(shop);
    },
    180_000,
  );
});

describe('a public address with a path', () => {
  it('is in every link', async () => {
    const PUBLIC_URL = 'https://example.org/dittoo';
    const env = { HOST: '0.0.0.0', PUBLIC_URL: `${PUBLIC_URL}/`, METRICS_PORT: '0', LOG_LEVEL: 'warn' };
    const shop = new InterruptedShop(directory, env);
    expect(await shop.ready()).toBe(PUBLIC_URL);
    const [, sandbox] = /^sandbox\s+(\S+)/m.exec(shop.output) ?? [];
    const [, metricsUrl] = /^metrics\s+(\S+)/m.exec(shop.output) ?? [];
    expect((await fetch(metricsUrl!)).status).toBe(200);
    const [, base] = /^listens\s+(http:\/\/127\.0\.0\.1:[1-9]\d*)$/m.exec(shop.output) ?? [];

    const client = new ShopClient(`${base}/dittoo`, () => shop.output);
    const person = { ...canaryPerson('Path'), email: 'path.under.test@example.org' };
    await client.register(person);
    const subscribed = await fetch(`${base}/api/v1/newsletter/subscriptions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'path.reader@example.org', noticeVersion: await client.noticeVersion() }),
    });
    expect(subscribed.status).toBe(202);
    expect(subscribed.headers.get('location')).toMatch(/^\/dittoo\/api\/v1\//);

    const mail = await until(async () => {
      const { items } = (await (await fetch(`${sandbox}/oneMail/requests`)).json()) as {
        items: { body: { to: string[]; text: string; html: string } }[];
      };
      return items.find(({ body }) => body.to.includes('path.reader@example.org'))?.body;
    }, 60_000);
    const links = [...`${mail.text} ${mail.html}`.matchAll(/https?:\/\/[^\s"<>)]+/g)].map(([link]) => link);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(link.startsWith(`${PUBLIC_URL}/`)).toBe(true);
    await stopped(shop);
  }, 180_000);
});
