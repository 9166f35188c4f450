import { Alarms, openApiDocument, type Platform, type ServiceDefinition } from '@dittoo/platform';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { AccessLogController } from './access-log/access-log.controller.js';
import { AccessLogRetirement } from './access-log/access-log-retirement.worker.js';
import { AccessLogWriter } from './access-log/access-log-writer.worker.js';
import { prepareEdge } from './edge/edge.js';
import type { UpstreamsConfig } from './gateway.config.js';
import { gatewaySchema } from './gateway.migrations.js';
import { registerLandings } from './landing/landing-routes.js';
import { openApiPage } from './openapi/openapi.page.js';
import { JoinedOpenApi } from './upstream/joined-openapi.js';
import { OperationsController } from './upstream/operations.controller.js';
import { registerRoutes } from './upstream/proxy.js';
import { Upstreams } from './upstream/upstreams.js';

export { readUpstreamsConfig } from './gateway.config.js';
export { joined } from './upstream/joined-openapi.js';
export { formRoutes, routeTable } from './upstream/route-table.js';

/** The HTTP gateway: edge hooks, access log, API documents. The routes behind it belong to the services. */
@Module({})
export class GatewayModule {
  /** @param upstreams the services, where they run as other processes */
  static register(platform: DynamicModule, upstreams?: Upstreams): DynamicModule {
    const upstreamProviders = upstreams === undefined ? [] : [{ provide: Upstreams, useValue: upstreams }];
    const operations: Type[] = upstreams === undefined ? [] : [OperationsController];
    return {
      module: GatewayModule,
      imports: [platform],
      controllers: [AccessLogController, ...operations],
      providers: [AccessLogWriter, AccessLogRetirement, ...upstreamProviders],
    };
  }
}

const serveDocuments = (
  app: NestFastifyApplication,
  { publicUrl }: Platform['config'],
  document: () => OpenAPIObject | Promise<OpenAPIObject>,
): void => {
  const fastify = app.getHttpAdapter().getInstance();
  const atPublicAddress = async (): Promise<OpenAPIObject> => ({
    ...(await document()),
    servers: [{ url: publicUrl, description: 'PUBLIC_URL' }],
  });
  fastify.get('/api/v1/openapi.json', atPublicAddress);
  fastify.get('/api/docs', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(openApiPage(await atPublicAddress())),
  );
};

/** Builds the OpenAPI document of the mounted application, once. */
const ownDocument = (app: NestFastifyApplication): (() => OpenAPIObject) => {
  let document: OpenAPIObject | undefined;
  return () => (document ??= openApiDocument(app));
};

/** The gateway with the services mounted in the same process. */
export const gatewayService: ServiceDefinition = {
  schemas: [gatewaySchema],
  module: (platform) => GatewayModule.register(platform),
  prepare: async (app, platform) => {
    await prepareEdge(app, platform);
    serveDocuments(app, platform.config, ownDocument(app));
    registerLandings(app.getHttpAdapter().getInstance());
  },
};

/** The gateway as a separate process: the same edge, and a proxied route for each entry of the route table. */
export const gatewayServiceWith = (config: UpstreamsConfig): ServiceDefinition => {
  const upstreams = new Upstreams(config);
  return {
    schemas: [gatewaySchema],
    isGateway: true,
    module: (platform) => GatewayModule.register(platform, upstreams),
    prepare: async (app, platform) => {
      await prepareEdge(app, platform);
      const joinedDocument = new JoinedOpenApi(ownDocument(app), upstreams);
      serveDocuments(app, platform.config, () => joinedDocument.document());
      registerRoutes(app.getHttpAdapter().getInstance(), upstreams);
      registerLandings(app.getHttpAdapter().getInstance());
      upstreams.watch(app.get(Alarms), platform);
    },
  };
};
