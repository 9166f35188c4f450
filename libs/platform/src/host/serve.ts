import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventDelivery } from '@dittoo/messaging';
import { createHttpApp } from '@dittoo/service';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { atPorts, pathPrefixOf } from '../config/public-address.js';
import { holdAddress, listenFailure, type HeldAddress } from './listen-address.js';
import { waitFor } from './waiting.js';
import { requireServiceTrust, serverTls } from '../trust/service-entrance.js';
import { serveMetrics } from './metrics.server.js';
import type { PlatformConfig } from '../config/platform.config.js';
import { meterRequests } from '../operations/platform.metrics.js';
import { PlatformModule } from '../parts/platform.module.js';
import type { ServiceSchema } from '../parts/platform-database.js';
import {
  hasKeys,
  openPlatform,
  openPlatformWithoutKeys,
  problems,
  type PlatformWithoutKeys,
} from '../parts/platform.js';

/** A service as a process hosts it: its database schemas, and its module once the platform is open. */
export interface ServiceDefinition {
  readonly schemas: readonly ServiceSchema[];
  module(platform: DynamicModule): DynamicModule;
  /** The gateway: it answers callers without a service token, and mounts its own operations controller. */
  readonly isGateway?: boolean;
  /** Does it open the keys of personal data? Default: yes. */
  readonly opensPersonalData?: boolean;
  /** Does it relay events to the transport? Then it is ready once the transport can take all of them. */
  readonly publishes?: boolean;
  /** Runs before the routes are registered: edge hooks, documents. */
  prepare?(app: NestFastifyApplication, platform: PlatformWithoutKeys): Promise<void>;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  readonly platform: PlatformWithoutKeys;
  /** Stops taking requests, drains consumers and the relay, then closes pools and the embedded database. */
  close(): Promise<void>;
}

/**
 * The addresses of this process, bound before anything is opened, so that an occupied port leaves nothing half made.
 */
interface HeldAddresses {
  readonly main: HeldAddress;
  readonly metrics: HeldAddress | null;
  release(): Promise<void>;
}

const holdAddresses = async ({ host, metricsPort, port }: PlatformConfig): Promise<HeldAddresses> => {
  const main = await holdAddress(host, port);
  try {
    const metrics = metricsPort === null ? null : await holdAddress(host, metricsPort, 'METRICS_PORT');
    return { main, metrics, release: async () => void (await Promise.all([main.release(), metrics?.release()])) };
  } catch (error) {
    await main.release();
    throw error;
  }
};

/** Waits without limit for an unavailable broker; meanwhile the process answers that it is not ready. */
const everyGroupJoined = async (delivery: EventDelivery, stop: AbortSignal | undefined): Promise<void> => {
  while (!delivery.joined) await sleep(50, undefined, stop && { signal: stop });
};

/** What a start waits for: the broker, or topics on it, with the command that makes them. */
const kafkaOr = (missing: readonly string[], brokers: readonly string[]): string => {
  const place = `Kafka at ${brokers.join(', ')}`;
  if (missing.length === 0) return place;
  return `the topics ${missing.join(', ')}, which are missing on ${place}: make them with npm run topics`;
};

/**
 * Opens the platform, mounts the service on it, starts consumers, listens, and waits until every consumer takes part.
 *
 * @throws Error with a message for the operator; the reason of `stop` once that is aborted. Nothing is left open
 */
export const serve = async (
  given: PlatformConfig,
  service: ServiceDefinition,
  stop?: AbortSignal,
): Promise<RunningService> => {
  const held = await holdAddresses(given);
  const config = atPorts(given, { port: held.main.port, metricsPort: held.metrics?.port ?? null });
  const platform = await (service.opensPersonalData === false ? openPlatformWithoutKeys : openPlatform)(
    config,
    service.schemas,
    stop,
  ).catch(async (error: unknown) => {
    await held.release();
    throw error;
  });
  let app: NestFastifyApplication | undefined;
  let metrics: Server | undefined;
  const { isGateway = false } = service;
  try {
    const { distributed, host, metricsPort, port, trustedProxies } = config;
    app = await createHttpApp(service.module(PlatformModule.of(platform, { isGateway })), {
      logger: platform.logger,
      problems,
      trustedProxies,
      pathPrefix: pathPrefixOf(config.publicUrl),
      repeatsAnswers: hasKeys(platform),
      ...(distributed === null || distributed.tls === null ? {} : { tls: serverTls(distributed.tls) }),
    });
    if (distributed !== null && !isGateway) requireServiceTrust(app, config.service, distributed);
    meterRequests(platform.metrics, app);
    await service.prepare?.(app, platform);
    app.connectMicroservice({ strategy: platform.delivery(app.get(DataSource)) }, { inheritAppConfig: true });
    stop?.throwIfAborted();
    await app.startAllMicroservices();
    await app.init();
    stop?.throwIfAborted();
    await held.release();
    if (metricsPort !== null) metrics = await serveMetrics(host, metricsPort, platform.metrics);
    await app.listen(port, host).catch((error: Error) => {
      throw listenFailure(error, host, port);
    });
    if (config.kafka !== null) {
      const delivery = platform.delivering();
      const joined = Promise.all([
        everyGroupJoined(delivery, stop),
        service.publishes === true ? platform.publisher.ready(stop) : undefined,
      ]);
      const missing = (): readonly string[] => [...new Set([...delivery.missing, ...platform.publisher.missing])];
      await waitFor(() => kafkaOr(missing(), config.kafka!.brokers), joined, { stop });
    }
  } catch (error) {
    metrics?.close();
    await held.release();
    // Reports the original failure, even if the cleanup fails too.
    await within(10_000, app?.close());
    await within(20_000, platform.close());
    throw error;
  }
  const running = app;
  const measuring = metrics;
  return {
    app: running,
    platform,
    close: async () => {
      await running.close();
      measuring?.close();
      await platform.close();
    },
  };
};

const within = async (ms: number, work: Promise<void> | undefined): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work?.catch(() => undefined), late]);
  clearTimeout(timer);
};
