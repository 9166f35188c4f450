import { DomainError } from '@dittoo/kernel';
import { callerOf, parseBody } from '@dittoo/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { passedBack, passedOn } from './passing.js';
import { routes, type Route } from './route-table.js';
import type { Upstreams } from './upstreams.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, for the service; `body` is what the edge looks into. */
    rawBody?: string;
  }
}

/** Only processors post forms, and only there. */
const form = 'application/x-www-form-urlencoded';
const callbacks = '/api/v1/callbacks/';

/**
 * Lays every route of the table to its service. A request has met the edge before (rate limit, body read and looked
 * into); an answer flows through as it comes, so that streams stay streams.
 */
export const layRoutes = (fastify: FastifyInstance, upstreams: Upstreams): void => {
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    try {
      request.rawBody = String(body);
      done(null, parseBody(request.rawBody));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addContentTypeParser(form, { parseAs: 'string' }, (request, body, done) => {
    if (!request.url.startsWith(callbacks)) return done(new DomainError('unsupported-media-type'));
    request.rawBody = String(body);
    return done(null, {});
  });
  for (const route of routes) {
    fastify.route({ method: route.method, url: route.path, handler: (request, reply) => pass(request, reply, route) });
  }

  const pass = async (request: FastifyRequest, reply: FastifyReply, route: Route): Promise<FastifyReply> => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const { body, headers, statusCode } = await upstreams.of(route.upstream).ask({
      method: request.method,
      path: pathOf(request.url),
      headers: passedOn(request.headers, callerOf(request)),
      body: request.rawBody,
      patienceMs: route.patienceMs ?? upstreams.patienceMs,
      signal: gone.signal,
    });
    void reply.code(statusCode).headers(passedBack(headers));
    return reply.send(body);
  };
};

/** A request may name the whole URL (RFC 9112 §3.2.2); whose it is was settled by the route. */
const pathOf = (url: string): string => (url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/?]*/i, '') || '/');
