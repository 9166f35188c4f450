import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '@dittoo/kernel';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gatewayServiceWith } from '../gateway.module.js';
import { readUpstreamsConfig } from '../gateway.config.js';

/**
 * Promise: requests and responses pass the gateway unchanged; for an unreachable, slow or dying service the gateway
 * answers clearly and soon, and the other services are not affected. One test server plays all services.
 */
type Play = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let gateway: TestService;
let player: Server;
let play: Play;
let asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string; port: number }[] = [];
let playerPort: number;

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${gateway.url}${path}`, { ...init, signal: init.signal ?? AbortSignal.timeout(10_000) });
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];

beforeAll(async () => {
  player = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { headers, method = '', url = '' } = request;
      asked.push({ method, url, headers, body, port: request.socket.remotePort! });
      play(request, response, body);
    });
  });
  await new Promise<void>((resolve) => player.listen(0, '127.0.0.1', resolve));
  playerPort = (player.address() as AddressInfo).port;
  const away = `http://127.0.0.1:${playerPort}`;
  const config = readUpstreamsConfig({
    ORDER_URL: away,
    CONSENT_URL: away,
    UPSTREAM_TIMEOUT: 'PT1S',
    IDENTITY_URL: 'http://127.0.0.1:9',
  });
  gateway = await startTestService(gatewayServiceWith(config), { REQUESTS_PER_MINUTE: '100000' });
}, 60_000);
afterAll(async () => {
  await gateway.close();
  player.closeAllConnections();
  await new Promise((resolve) => player.close(resolve));
});
beforeEach(() => {
  asked = [];
  play = (_request, response) => response.setHeader('content-type', 'application/json').end('{"played":true}');
});

describe('a request', () => {
  it('arrives with its body byte for byte, what the service needs to know, and nothing else', async () => {
    const body = '{ "lines" : [ 1.0 ],\n "note": "å" }';
    const response = await ask('/api/v1/orders?q=%C3%A5&x=1', {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer a.b.c',
        'idempotency-key': 'once',
        'x-correlation-id': newId(),
        'x-forwarded-for': '203.0.113.7',
        forwarded: 'for=203.0.113.7',
        'x-service-token': 'forged',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    });
    expect(await response.json()).toEqual({ played: true });
    const [{ headers, method, url, body: arrived }] = asked as [(typeof asked)[0]];
    expect([method, url, arrived]).toEqual(['POST', '/api/v1/orders?q=%C3%A5&x=1', body]);
    expect(headers).toMatchObject({
      authorization: 'Bearer a.b.c',
      'idempotency-key': 'once',
      'x-correlation-id': response.headers.get('x-correlation-id'),
      traceparent: expect.stringContaining('0af7651916cd43dd8448eb211c80319c'),
    });
    for (const name of ['x-forwarded-for', 'forwarded', 'x-service-token', 'x-real-ip']) {
      expect(headers).not.toHaveProperty(name);
    }
    expect(JSON.stringify(headers)).not.toContain('203.0.113.7');
  });

  it('may include the path of the public address: the Location has it too, the service never sees it', async () => {
    play = (_request, response) => response.writeHead(201, { location: '/api/v1/orders/1' }).end();
    const config = readUpstreamsConfig({ ORDER_URL: `http://127.0.0.1:${playerPort}` });
    const PUBLIC_URL = 'https://example.org/dittoo';
    const behindPath = await startTestService(gatewayServiceWith(config), { PUBLIC_URL });
    try {
      const headers = { 'content-type': 'application/json' };
      const order = { method: 'POST', body: '{}', headers };
      const response = await fetch(`${behindPath.url}/dittoo/api/v1/orders`, order);
      expect([response.status, response.headers.get('location')]).toEqual([201, '/dittoo/api/v1/orders/1']);
      expect(asked.map(({ url }) => url)).toEqual(['/api/v1/orders']);
    } finally {
      await behindPath.close();
    }
  });

  it('is refused before any service sees it: a card number, broken JSON, another media type, an unknown path', async () => {
    const post = (body: string, type = 'application/json') =>
      ask('/api/v1/orders', { method: 'POST', body, headers: { 'content-type': type } });
    expect(await codeOf(await post('{"note":"4111 1111 1111 1111"}'))).toEqual([400, 'card-number-refused']);
    expect(await codeOf(await post('{"note":'))).toEqual([400, 'malformed-json']);
    expect(await codeOf(await post('<a/>', 'text/xml'))).toEqual([415, 'unsupported-media-type']);
    expect(await codeOf(await post('a=b', 'application/x-www-form-urlencoded'))).toEqual([
      415,
      'unsupported-media-type',
    ]);
    expect(await codeOf(await post(JSON.stringify({ a: 'x'.repeat(300_000) })))).toEqual([413, 'payload-too-large']);
    for (const path of ['/openapi.json', '/metrics', '/api/v1/nothing', '/api/v1/orders/a/b/c']) {
      expect(await codeOf(await ask(path))).toEqual([404, 'not-found']);
    }
    expect(asked).toEqual([]);
  });

  it('may be a form, of either kind, where the route accepts one', async () => {
    const body = new URLSearchParams({ token: 'å&b' });
    expect((await ask('/api/v1/newsletter/unsubscriptions', { method: 'POST', body })).status).toBe(200);
    const parts = new FormData();
    parts.set('List-Unsubscribe', 'One-Click');
    expect((await ask('/api/v1/newsletter/unsubscriptions?token=t', { method: 'POST', body: parts })).status).toBe(200);
    expect(asked[0]!.body).toBe(body.toString());
    expect(asked[1]!.body).toContain('One-Click');
    const { headers } = asked[1]!;
    expect(asked[1]!.body).toContain(/boundary=(.+)$/.exec(headers['content-type']!)![1]!);
  });

  it('reuses the connection of the request before it', async () => {
    for (let n = 0; n < 5; n++) await (await ask('/api/v1/products')).text();
    expect(new Set(asked.map(({ port }) => port)).size).toBe(1);
  });
});

describe('a response', () => {
  it('comes back unchanged, whatever its status, without headers meant for the gateway alone', async () => {
    play = (_request, response) =>
      response
        .writeHead(422, {
          'content-type': 'application/problem+json',
          location: '/api/v1/orders/1',
          'x-secret-hop': '1',
          connection: 'x-secret-hop',
        })
        .end('{"code":"unknown-product"}');
    const response = await ask('/api/v1/orders', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.headers.get('location')).toBe('/api/v1/orders/1');
    expect(response.headers.get('x-secret-hop')).toBeNull();
    expect(await codeOf(response)).toEqual([422, 'unknown-product']);
  });

  it('may be empty', async () => {
    play = (_request, response) => response.writeHead(204).end();
    expect((await ask('/api/v1/orders')).status).toBe(204);
    play = (_request, response) => response.writeHead(200, { 'content-length': '7' }).end();
    const head = await ask('/api/v1/products', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), asked[1]!.method]).toEqual([200, '7', 'HEAD']);
  });

  it('is streamed, and the service is told when the caller disconnects', async () => {
    let gone = false;
    play = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
      response.once('close', () => (gone = true));
    };
    const left = new AbortController();
    const response = await ask(`/api/v1/orders/${newId()}/events`, { signal: left.signal });
    const { value } = await response.body!.getReader().read();
    expect(Buffer.from(value!).toString()).toBe('data: first\n\n');
    expect(gone).toBe(false);
    left.abort();
    await until(() => gone);
  });

  it('may pause for longer than the timeout for its beginning', async () => {
    play = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('1\n');
      setTimeout(() => response.end('2\n'), 1_500); // the timeout for its beginning is one second
    };
    expect(await (await ask('/api/v1/products')).text()).toBe('1\n2\n');
  });

  it('that has not begun is cancelled when the caller disconnects', async () => {
    let gone = false;
    play = (_request, response) => void response.once('close', () => (gone = true));
    const left = new AbortController();
    const asking = ask('/api/v1/products', { signal: left.signal }).catch(() => undefined);
    await until(() => asked.length === 1);
    const leftAt = performance.now();
    left.abort();
    await asking;
    await until(() => gone);
    expect(performance.now() - leftAt).toBeLessThan(900); // sooner than the timeout
  });

  it('that breaks off is not completed as if it were whole', async () => {
    play = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"half":');
      setImmediate(() => response.destroy());
    };
    const response = await ask('/api/v1/products').catch(() => undefined);
    await expect(response?.text() ?? Promise.reject(new Error('cut'))).rejects.toThrow();
  });
});

describe('a service', () => {
  const alarms = async () => ((await (await ask('/health/ready')).json()) as { alarms: string[] }).alarms;

  it('that is unreachable gives "try again", and the others are not affected', async () => {
    const response = await ask('/api/v1/me', { headers: { authorization: 'Bearer a.b.c' } });
    expect(response.headers.get('retry-after')).toBe('2');
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await codeOf(response)).toEqual([503, 'temporarily-unavailable']);
    expect((await ask('/api/v1/policy')).status).toBe(200);
  });

  it('that cuts the connection gets a read again, and never a command', async () => {
    const cutting: Play = (request) => request.socket.destroy();
    play = (request, response, body) => {
      play = (_request, next) => next.end('{"again":true}');
      cutting(request, response, body);
    };
    expect(await (await ask('/api/v1/products')).json()).toEqual({ again: true });
    asked = [];
    play = cutting;
    const command = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    expect(await codeOf(await ask('/api/v1/orders', command))).toEqual([503, 'temporarily-unavailable']);
    expect(asked).toHaveLength(1);
  });

  it('that is slow times out; after five failures requests fail at once, until a trial succeeds', async () => {
    play = () => undefined;
    const slow = await Promise.all(Array.from({ length: 5 }, () => ask('/api/v1/products')));
    for (const response of slow) expect(await codeOf(response)).toEqual([504, 'took-too-long']);
    const begun = performance.now();
    expect(await codeOf(await ask('/api/v1/products'))).toEqual([503, 'temporarily-unavailable']);
    expect(performance.now() - begun).toBeLessThan(900);
    expect(await alarms()).toContain('gateway.order-unavailable');
    expect((await ask('/health/ready')).status).toBe(200);
    play = (_request, response) => response.end('{}');
    expect((await ask('/api/v1/policy')).status).toBe(200); // consent's connections are its own
    await until(async () => (await ask('/api/v1/products')).status === 200);
    expect(await alarms()).not.toContain('gateway.order-unavailable');
  }, 30_000);
});

describe('the configuration', () => {
  it.each<[string, Record<string, string>]>([
    ['ORDER_URL', { ORDER_URL: 'order:8083' }],
    ['PROCESSOR_FORWARDING_URL', { PROCESSOR_FORWARDING_URL: 'http://127.0.0.1:8085/base' }],
    ['SERVICE_SIGNING_KEY_FILE', { AUDIT_URL: 'http://audit.example.org:8086' }],
    ['UPSTREAM_KEY_FILE', { UPSTREAM_CERT_FILE: '/c.pem' }],
    ['UPSTREAM_TIMEOUT', { UPSTREAM_TIMEOUT: '15' }],
  ])('names %s when it is wrong', (name, env) => expect(() => readUpstreamsConfig(env)).toThrow(name));
});
