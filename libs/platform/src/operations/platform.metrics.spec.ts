import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@dittoo/kernel';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { deliveryAlerts, meterKeyCache, meterParkedStreams } from './platform.metrics.js';

const T0 = Date.parse('2026-11-01T12:00:00.000Z');
const recorded = (secondsAgo: number): RecordedEvent =>
  ({ metadata: { recordedAt: new Date(T0 - secondsAgo * 1000).toISOString() } }) as unknown as RecordedEvent;

describe('the metrics of a process', () => {
  it('projection lag is from the recording to the commit, for every event, by group', async () => {
    const metrics = new Registry();
    const alerts = deliveryAlerts(metrics, pino({ level: 'silent' }), () => T0);
    alerts.tookIn('order.catalogue', [recorded(2), recorded(0.2), recorded(-1)]);
    const text = await metrics.metrics();
    expect(text).toContain('dittoo_projection_lag_seconds_bucket{le="0.25",group="order.catalogue"} 2');
    expect(text).toContain('dittoo_projection_lag_seconds_sum{group="order.catalogue"} 2.2');
    expect(text).toContain('dittoo_projection_lag_seconds_count{group="order.catalogue"} 3');
  });

  it('the key cache reports its current hits and misses, however often it is scraped', async () => {
    const metrics = new Registry();
    let figures = { hits: 3, misses: 1, keys: 1 };
    meterKeyCache(metrics, () => figures);
    await metrics.metrics();
    figures = { hits: 5, misses: 1, keys: 2 };
    const text = await metrics.metrics();
    expect(text).toContain('dittoo_key_cache_lookups_total{outcome="hit"} 5');
    expect(text).toContain('dittoo_key_cache_lookups_total{outcome="miss"} 1');
    expect(text).toContain('dittoo_key_cache_keys 2');
  });

  it('the parked streams gauge falls after a replay, and keeps its value during a database outage', async () => {
    const metrics = new Registry();
    let answer = (): Promise<unknown> => Promise.resolve({ rows: [{ group_id: 'a', streams: 2 }] });
    meterParkedStreams(metrics, { query: (() => answer()) as never });
    expect(await metrics.metrics()).toContain('dittoo_parked_streams{group="a"} 2');
    answer = () => Promise.reject(new Error('away'));
    expect(await metrics.metrics()).toContain('dittoo_parked_streams{group="a"} 2');
    answer = () => Promise.resolve({ rows: [] });
    expect(await metrics.metrics()).not.toContain('group="a"');
  });
});
