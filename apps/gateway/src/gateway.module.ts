import type { ServiceDefinition } from '@dittoo/platform';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccessLogController } from './access-log/access-log.controller.js';
import { AccessLogRetirement } from './access-log/access-log.retirement.js';
import { AccessLogWriter } from './access-log/access-log.writer.js';
import { prepareEdge } from './edge/edge.js';
import { gatewaySchema } from './gateway.migrations.js';
import { openApiDocument } from './openapi/openapi.js';
import { openApiPage } from './openapi/openapi.page.js';

/** The only door: edge hooks, access log, documents. Routes behind it belong to the services. */
@Module({})
export class GatewayModule {
  static register(platform: DynamicModule): DynamicModule {
    return {
      module: GatewayModule,
      imports: [platform],
      controllers: [AccessLogController],
      providers: [AccessLogWriter, AccessLogRetirement],
    };
  }
}

/** The gateway as a process runs it. */
export const gatewayService: ServiceDefinition = {
  schemas: [gatewaySchema],
  module: (platform) => GatewayModule.register(platform),
  prepare: async (app, platform) => {
    await prepareEdge(app, platform);
    const fastify = app.getHttpAdapter().getInstance();
    let document: ReturnType<typeof openApiDocument> | undefined;
    fastify.get('/api/v1/openapi.json', () => (document ??= openApiDocument(app)));
    fastify.get('/api/docs', (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(openApiPage((document ??= openApiDocument(app)))),
    );
  },
};
