import { DomainError } from '@dittoo/kernel';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseBody } from './request-body.js';

/** The route accepts a form besides JSON, as processors and mail programs post it; other routes do not. */
export const AcceptsForm = () => RouteConfig({ form: true });

/** Parses forms for the routes that accept them: text fields only, the last of each name, checked like a JSON body. */
export const parseForms = (fastify: FastifyInstance): void => {
  const types = ['application/x-www-form-urlencoded', 'multipart/form-data'];
  fastify.addContentTypeParser(types, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if ((request.routeOptions.config as { form?: boolean }).form !== true) {
      throw new DomainError('unsupported-media-type');
    }
    const headers = { 'content-type': request.headers['content-type']! };
    const form = await new Response(new Uint8Array(body), { headers }).formData().catch(() => {
      throw new DomainError('invalid-request');
    });
    return parseBody(JSON.stringify(Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'))));
  });
};
