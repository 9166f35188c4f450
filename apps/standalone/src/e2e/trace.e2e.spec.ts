/*
 * Promised: what one request leads to is one trace, from the door through the log and the road to the call of the
 * processor; spans name routes, events and processors, and nobody. A collector that is away is nobody's wait.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { searchText } from './byte-search.js';
import { liveThrough } from './customer-journey.js';
import { ShopClient } from './shop-client.js';
import { ShopProcess } from './shop-process.js';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

/** An OTLP/HTTP collector that keeps what it is told. */
const spans: Span[] = [];
let told = '';
let collector: Server;
let process: ShopProcess;
let shop: ShopClient;

beforeAll(async () => {
  collector = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      told += body;
      for (const resource of JSON.parse(body).resourceSpans)
        for (const scope of resource.scopeSpans) spans.push(...(scope.spans as Span[]));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  process = await ShopProcess.start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  shop = new ShopClient(process.url);
}, 60_000);
afterAll(async () => {
  await process.remove();
  collector.close();
}, 60_000);

const find = (name: string, among = spans): Span | undefined => among.find((span) => span.name === name);

it('an order is one trace, from the request to the call of the processor', async () => {
  const life = await liveThrough(shop, 'Spar7');
  const called = await until(() => {
    const order = find('POST /api/v1/orders');
    const ofOrder = spans.filter((span) => span.traceId === order?.traceId);
    return find('call POST', ofOrder) !== undefined && find('handle CheckoutOpened', ofOrder) !== undefined && ofOrder;
  }, 20_000);
  const byId = new Map(called.map((span) => [span.spanId, span]));
  const ancestors = (span: Span): string[] => {
    const parent = byId.get(span.parentSpanId ?? '');
    return parent === undefined ? [] : [parent.name, ...ancestors(parent)];
  };
  expect(ancestors(find('call POST', called)!)).toEqual([
    'forward openPayment',
    'handle OrderPlaced',
    'POST /api/v1/orders',
  ]);
  // What came back goes on in the same trace, to the order and its list.
  expect(find('handle PaymentOpened', called)).toBeDefined();
  expect(searchText(told, life.canaries)).toEqual([]);
}, 60_000);

it('a trace that began with the caller goes on with us', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  await fetch(`${process.url}/api/v1/products`, { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
  const span = await until(
    () =>
      find(
        'GET /api/v1/products',
        spans.filter((span) => span.traceId === traceId),
      ),
    20_000,
  );
  expect(span.parentSpanId).toBe('00f067aa0ba902b7');
}, 30_000);

it('without its collector the shop goes on', async () => {
  collector.closeAllConnections();
  collector.close();
  expect((await shop.ok('GET', '/products')).items.length).toBeGreaterThan(0);
  expect(await process.stop()).toBe(0);
}, 30_000);
