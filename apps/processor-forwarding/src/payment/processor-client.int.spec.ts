import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { loadRegister } from '@dittoo/processor-register';
import { selfSignedCertificate } from '@dittoo/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { egressTo } from '../egress/http-egress.js';
import { ProcessorClient } from './processor-client.js';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.close();
});

const listening = async (server: Server, protocol: string): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  return `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}/2.0/`;
};
const clientOf = (url: string) => {
  const egress = egressTo(loadRegister(), 'payson', url, 'PAYSON_URL');
  const credentials = { user: 'agent', password: 'key' };
  const client = new ProcessorClient(egress, credentials, { connectMs: 1_000, callMs: 300 }, 1);
  open.push(client);
  return client;
};
const answering = async (listener: RequestListener) => clientOf(await listening(createServer(listener), 'http'));

describe('the client', () => {
  it('sends nothing to a host with an untrusted certificate', async () => {
    let requests = 0;
    const server = createTlsServer(selfSignedCertificate(), (_request, response) => {
      requests += 1;
      response.end('{}');
    });
    const client = clientOf(await listening(server, 'https'));
    await expect(client.call('POST', 'Checkouts', { customer: {} })).rejects.toMatchObject({
      failure: 'untrusted',
      outcome: 'notSent',
    });
    expect(requests).toBe(0);
  });

  it('follows no redirect', async () => {
    const paths: (string | undefined)[] = [];
    const client = await answering((request, response) => {
      paths.push(request.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    await expect(client.call('POST', 'Checkouts', {})).rejects.toMatchObject({
      failure: 'http-307',
      outcome: 'rejected',
      then: { retry: false },
    });
    expect(paths).toEqual(['/2.0/Checkouts']);
  });

  it.each([
    [400, 'rejected', { retry: false }],
    [404, 'rejected', { retry: false }],
    [401, 'rejected', { retry: true, credentials: true }],
    [408, 'rejected', { retry: true }],
    [429, 'rejected', { retry: true, retryAfterMs: 7000 }],
    [500, 'unknown', { retry: true }],
    [503, 'unknown', { retry: true, retryAfterMs: 7000 }],
  ])('takes a %i for %s', async (status, outcome, then) => {
    const client = await answering((_request, response) => {
      response.writeHead(status, { 'retry-after': '7' }).end('{"message":"astrid@example.org"}');
    });
    const failed = await client.call('GET', 'Checkouts/1').catch((error: unknown) => error);
    expect(failed).toMatchObject({ failure: `http-${status}`, outcome, then });
    expect(JSON.stringify(failed) + String((failed as Error).stack)).not.toContain('astrid');
  });

  it('reports an unreadable, late or broken response as unknown', async () => {
    const reader = await answering((_request, response) => response.end('<html>'));
    await expect(reader.call('GET', 'x')).rejects.toMatchObject({ failure: 'answer-unreadable', outcome: 'unknown' });
    const waiter = await answering(() => undefined);
    await expect(waiter.call('GET', 'x')).rejects.toMatchObject({ failure: 'timeout', outcome: 'unknown' });
    const listener = await answering((request) => request.socket.destroy());
    await expect(listener.call('GET', 'x')).rejects.toMatchObject({ failure: 'connection-lost', outcome: 'unknown' });
    const endless = await answering((_request, response) => response.end('x'.repeat(2 * 1024 * 1024)));
    await expect(endless.call('GET', 'x')).rejects.toMatchObject({ failure: 'answer-too-large', outcome: 'unknown' });
  });

  it('knows when nothing was sent', async () => {
    const client = clientOf('http://127.0.0.1:1/2.0/');
    await expect(client.call('POST', 'Checkouts', {})).rejects.toMatchObject({
      failure: 'unreachable',
      outcome: 'notSent',
    });
  });
});
