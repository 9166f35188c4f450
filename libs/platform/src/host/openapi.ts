import { problemCodes } from '@dittoo/contracts';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

type Responses = { [status: string]: unknown };

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(problemCodes) },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;

/** OpenAPI 3.1 of every route that is mounted, with problem details for every error. */
export const openApiDocument = (app: NestFastifyApplication): OpenAPIObject => {
  const document = SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setOpenAPIVersion('3.1.0')
      .setTitle('DITT:OO')
      .setDescription('The public API: storefront, My account, compliance. Errors are RFC 9457 problem details.')
      .setVersion('1')
      .addBearerAuth()
      .build(),
  );
  const schemas = (document.components ??= {}).schemas as Record<string, unknown> | undefined;
  document.components.schemas = { ...schemas, Problem: problemSchema } as never;
  refuseUnknownFields(document);
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path as Record<string, { responses?: Responses }>)) {
      if (operation?.responses === undefined) continue;
      operation.responses['default'] = {
        description: 'Problem details',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      };
    }
  }
  return document;
};

/** Bodies accept only the fields they declare, at every depth. */
const refuseUnknownFields = (document: OpenAPIObject): void => {
  const schemas = (document.components?.schemas ?? {}) as Record<
    string,
    { type?: string; additionalProperties?: boolean }
  >;
  const seen = new Set<string>();
  const close = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      const schema = schemas[name!];
      if (schema === undefined || seen.has(name!)) continue;
      seen.add(name!);
      if (schema.type === 'object') schema.additionalProperties ??= false;
      close(schema);
    }
  };
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path as Record<string, { requestBody?: unknown }>))
      close(operation?.requestBody);
  }
};
