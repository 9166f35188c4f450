import 'reflect-metadata';
import { formRoutes, joined, routeTable } from '@dittoo/gateway';
import { openApiDocument, type ServiceDefinition } from '@dittoo/platform';
import { describe, expect, it } from '@jest/globals';
import { Module, RequestMethod, type DynamicModule } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { defaultConfigs, servicesWith } from './standalone.module.js';

/**
 * Promise: the gateway proxies exactly the routes that the services mount, so a single-process and a distributed shop
 * have the same routes. If a new route fails here, add it to the gateway's route-table.ts.
 */
@Module({})
class NoPlatform {}

const noPlatform: DynamicModule = { module: NoPlatform };

type Handler = (...args: unknown[]) => unknown;

/** The metadata that `@AcceptsForm()` sets on a handler. */
const takesForm = (handler: Handler): boolean =>
  (Reflect.getMetadata('__fastify_route_config__', handler) as { form?: boolean } | undefined)?.form === true;

const routesOf = (service: ServiceDefinition, wanted: (handler: Handler) => boolean = () => true): string[] =>
  (service.module(noPlatform).controllers ?? []).flatMap((controller) => {
    const base = [Reflect.getMetadata('path', controller)].flat() as string[];
    return Object.getOwnPropertyNames(controller.prototype)
      .filter((name) => name !== 'constructor')
      .map((name) => Object.getOwnPropertyDescriptor(controller.prototype, name)?.value as Handler | undefined)
      .filter((handler) => handler !== undefined && Reflect.hasMetadata('path', handler) && wanted(handler))
      .flatMap((handler) => {
        const method = RequestMethod[Reflect.getMetadata('method', handler!) as number];
        const paths = [Reflect.getMetadata('path', handler!)].flat() as string[];
        return base.flatMap((start) =>
          paths.map(
            (path) =>
              `${method} /${[start, path]
                .flatMap((part) => part.split('/'))
                .filter(Boolean)
                .join('/')}`,
          ),
        );
      });
  });

const services = servicesWith(defaultConfigs);
const behind = Object.entries(services).filter(([name]) => name !== 'gateway');

describe('the route table of the gateway', () => {
  it.each(behind)('has exactly the routes that %s mounts', (name, service) => {
    const inTable: readonly string[] = routeTable[name as keyof typeof routeTable] ?? [];
    expect([...inTable].sort()).toEqual(routesOf(service).sort());
  });

  it('names no service the shop does not have', () => {
    const withRoutes = Object.entries(routeTable).filter(([, routes]) => routes.length > 0);
    expect(Object.keys(services)).toEqual(expect.arrayContaining(withRoutes.map(([name]) => name)));
  });

  it('accepts forms where the services do', () => {
    const taken = behind.flatMap(([, service]) => routesOf(service, takesForm));
    expect(taken.length).toBeGreaterThan(0);
    expect([...formRoutes].sort()).toEqual(taken.sort());
  });

  it('gives each route to one service', () => {
    const all = Object.values(routeTable).flat();
    expect(new Set(all).size).toBe(all.length);
  });

  it('proxies no internal route', () => {
    for (const route of Object.values(routeTable).flat()) {
      expect(route).not.toMatch(/ \/(health|metrics|openapi|sandbox)|\/operations\/(?!attention)/);
    }
  });
});

describe('the document', () => {
  const controllersOf = (service: ServiceDefinition) => service.module(noPlatform).controllers ?? [];
  /** Describes controllers without calling them: their dependencies are left empty. */
  const describing = async (controllers: ReturnType<typeof controllersOf>) => {
    const module = await Test.createTestingModule({ controllers })
      .useMocker(() => ({}))
      .compile();
    return openApiDocument(module.createNestApplication<NestFastifyApplication>(new FastifyAdapter()));
  };

  it('joined from the services’ own equals the document of the whole shop', async () => {
    const whole = await describing(Object.values(services).flatMap(controllersOf));
    const others = await Promise.all(behind.map(([, service]) => describing(controllersOf(service))));
    const document = joined(await describing(controllersOf(services.gateway)), others);
    expect(Object.keys(document.paths).length).toBeGreaterThan(30);
    expect(document).toEqual(whole);
  });
});
