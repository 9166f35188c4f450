import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { searchText } from './byte-search.js';
import { liveThrough } from './customer-journey.js';
import { ShopClient } from './shop-client.js';
import type { RunningShop } from './shop-process.js';
import { SpanCollector } from './span-collector.js';

/**
 * A request and its consequences are one trace, from the gateway through the log and the transport to the call of the
 * processor; spans name routes, events and processors, but no person. An unavailable collector delays nothing.
 */
export const traceContract = (
  start: (env: Readonly<Record<string, string>>) => Promise<RunningShop>,
  /** `<process>: <span>` before the call of the processor, the nearest first. */
  beforeTheCall: readonly string[],
): void => {
  let collector: SpanCollector;
  let process: RunningShop;
  let shop: ShopClient;

  beforeAll(async () => {
    collector = await SpanCollector.start();
    process = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    shop = new ShopClient(process.url, () => process.log);
  }, 180_000);
  afterAll(async () => {
    await process.remove();
    collector.close();
  }, 90_000);

  it('an order is one trace, from the request to the call of the processor', async () => {
    const life = await liveThrough(shop, 'Spar7');
    const traceId = await until(() => {
      const order = collector.named('POST /api/v1/orders')?.traceId;
      return ['call POST', 'handle CheckoutOpened', 'handle PaymentOpened'].every(
        (name) => order !== undefined && collector.named(name, order) !== undefined,
      )
        ? order
        : undefined;
    }, 30_000);
    const whole = await until(() => {
      const ancestors = collector.ancestors(collector.named('call POST', traceId)!);
      return ancestors.length >= beforeTheCall.length && ancestors;
    }, 30_000);
    expect(whole).toEqual(beforeTheCall);
    expect(searchText(collector.told, life.canaries)).toEqual([]);
  }, 120_000);

  it('the caller’s trace is continued', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    await fetch(`${process.url}/api/v1/products`, { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
    const parents = await until(() => {
      const found = collector.spans.filter((span) => span.traceId === traceId).map((span) => span.parentSpanId);
      return found.includes('00f067aa0ba902b7') && found;
    }, 30_000);
    expect(new Set(parents).size).toBe(parents.length); // a chain
  }, 60_000);

  it('without its collector the shop keeps working', async () => {
    collector.close();
    expect((await shop.ok('GET', '/products')).items.length).toBeGreaterThan(0);
    expect(await process.stop()).toBe(0);
  }, 60_000);
};
