/*
 * Promised: as a separate process the gateway's pages call the services as any client does: opening a page calls none, its
 * button calls the route of the public API, once, and what a service answers is said in words.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestService, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { readUpstreamsConfig } from '../gateway.config.js';
import { gatewayServiceWith } from '../gateway.module.js';

let gateway: TestService;
let player: Server;
let asked: string[] = [];
let play: (response: ServerResponse) => void;

beforeAll(async () => {
  player = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
      play(response);
    });
  });
  await new Promise<void>((resolve) => player.listen(0, '127.0.0.1', resolve));
  const away = `http://127.0.0.1:${(player.address() as AddressInfo).port}`;
  const config = readUpstreamsConfig({ CONSENT_URL: away, RIGHTS_URL: away, UPSTREAM_TIMEOUT: 'PT1S' });
  gateway = await startTestService(gatewayServiceWith(config), { REQUESTS_PER_MINUTE: '100000' });
}, 60_000);
afterAll(async () => {
  await gateway.close();
  player.closeAllConnections();
  await new Promise((resolve) => player.close(resolve));
});
beforeEach(() => {
  asked = [];
  play = (response) => response.setHeader('content-type', 'application/json').end('{"status":"confirmed"}');
});

const press = (page: string, fields: Record<string, string>) =>
  fetch(`${gateway.url}/p/${page}`, { method: 'POST', body: new URLSearchParams(fields) });

it('opening a page calls no service, and its button calls one route once', async () => {
  for (const method of ['HEAD', 'GET', 'HEAD'])
    expect((await fetch(`${gateway.url}/p/newsletter?token=t0ken`, { method })).status).toBe(200);
  expect(asked).toEqual([]);
  const answer = await press('newsletter', { token: 't0ken', lang: 'en' });
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('You now get our newsletter')]);
  expect(asked).toEqual(['POST /api/v1/newsletter/confirmations {"token":"t0ken"}']);
});

it.each([
  [400, 'The link is not valid any more'],
  [429, 'Too many tries'],
  [503, 'That does not work right now'],
])('a refusal with %d is said in words', async (status, words) => {
  play = (response) => response.writeHead(status, { 'content-type': 'application/problem+json' }).end('{"code":"x"}');
  const answer = await press('unsubscribe', { token: 't', lang: 'en' });
  expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(words)]);
});

it('a service that does not answer in time loses nothing, and the page says so', async () => {
  play = () => undefined;
  const answer = await press('newsletter', { token: 't', lang: 'sv' });
  expect([answer.status, await answer.text()]).toEqual([504, expect.stringContaining('Inget har gått förlorat')]);
});

it('a page of the API passes through part by part, under a policy that lets it send nothing', async () => {
  play = (response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    for (let part = 0; part < 50; part++) response.write(`<p>${'x'.repeat(20_000)}</p>`);
    response.end('<p>the end</p>');
  };
  const answer = await press('copy', { request: 'an-id', token: 't' });
  const page = await answer.text();
  expect([answer.status, page.length > 1_000_000, page.endsWith('<p>the end</p>')]).toEqual([200, true, true]);
  expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'.*form-action 'none'/);
  expect(asked).toEqual(['POST /api/v1/privacy-requests/an-id/export {"token":"t","format":"html"}']);
});
