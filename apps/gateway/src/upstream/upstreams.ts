import { type Alarms, clientTls, type PlatformWithoutKeys, ServiceTokens } from '@dittoo/platform';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { upstreamNames, type UpstreamName, type UpstreamsConfig } from '../gateway.config.js';
import { routeTable } from './route-table.js';
import { Upstream } from './upstream.js';

/** Every service that has a route through the gateway. */
export class Upstreams implements OnApplicationShutdown {
  readonly patienceMs: number;
  private readonly byName: ReadonlyMap<UpstreamName, Upstream>;

  /** @throws Error with the name of the variable whose file cannot be read */
  constructor({ patienceMs, signingKeyFile, tls, urls }: UpstreamsConfig) {
    this.patienceMs = patienceMs;
    const tokens = signingKeyFile === null ? null : ServiceTokens.read(signingKeyFile);
    const certificates = clientTls(tls);
    const inUse = upstreamNames.filter((name) => routeTable[name].length > 0);
    this.byName = new Map(inUse.map((name) => [name, new Upstream(name, urls[name], tokens, certificates)]));
  }

  of(name: UpstreamName): Upstream {
    return this.byName.get(name)!;
  }

  get all(): readonly Upstream[] {
    return [...this.byName.values()];
  }

  /** An open breaker raises an alarm while it lasts, writes a log line when it opens, and sets a metric. */
  watch(alarms: Alarms, { logger, metrics }: PlatformWithoutKeys): void {
    for (const upstream of this.all) {
      alarms.raiseWhile(`gateway.${upstream.name}-unavailable`, () => upstream.broken);
      upstream.onBreak(() => logger.error({ upstream: upstream.name }, 'upstream.unavailable'));
    }
    const upstreams = this.all;
    new Gauge({
      name: 'dittoo_gateway_upstream_broken',
      help: '1 = the breaker towards this service is open: nobody waits for it',
      labelNames: ['upstream'],
      registers: [metrics],
      collect() {
        for (const { broken, name } of upstreams) this.set({ upstream: name }, broken ? 1 : 0);
      },
    });
  }

  /** Call it after the last response. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.all.map((upstream) => upstream.close()));
  }
}
