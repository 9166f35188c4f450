import { PassThrough, pipeline } from 'node:stream';
import { callerOf } from '@dittoo/service';
import type { FastifyInstance, FastifyReply, FastifyRequest, preParsingHookHandler } from 'fastify';
import { passedBack, passedOn } from './passing.js';
import { routes, type Route } from './route-table.js';
import type { Upstreams } from './upstreams.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The raw body, for the service; `body` is the parsed one that the edge checks. */
    rawBody?: readonly Buffer[];
  }
}

/** Buffers what the parser reads; the parser enforces the size limit. */
const keepBody: preParsingHookHandler = (request, _reply, payload, done) => {
  const chunks: Buffer[] = [];
  const copy = Object.assign(new PassThrough(), { receivedEncodedLength: 0 });
  copy.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    copy.receivedEncodedLength += chunk.length;
  });
  copy.pause(); // until the parser attaches its listener
  pipeline(payload, copy, () => undefined);
  request.rawBody = chunks;
  done(null, copy);
};

/**
 * Registers every route of the table and forwards it to its service. The edge has already handled the request (rate
 * limit, body read and checked); a response is piped through, so that streams stay streams.
 */
export const registerRoutes = (fastify: FastifyInstance, upstreams: Upstreams): void => {
  const pass = async (request: FastifyRequest, reply: FastifyReply, route: Route): Promise<FastifyReply> => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const body = Buffer.concat(request.rawBody ?? []);
    const { headers, statusCode, ...answer } = await upstreams.of(route.upstream).ask({
      method: request.method,
      path: pathOf(request.url),
      headers: passedOn(request.headers, callerOf(request)),
      body: body.length === 0 ? undefined : body,
      patienceMs: route.patienceMs ?? upstreams.patienceMs,
      signal: gone.signal,
    });
    void reply.code(statusCode).headers(passedBack(headers));
    return reply.send(answer.body);
  };
  for (const route of routes) {
    fastify.route({
      method: route.method,
      url: route.path,
      config: { form: route.takesForm } as object,
      ...(route.method === 'GET' ? {} : { preParsing: keepBody }),
      handler: (request, reply) => pass(request, reply, route),
    });
  }
};

/** A request may carry an absolute URL (RFC 9112 §3.2.2); the route has already chosen the service. */
const pathOf = (url: string): string => (url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/?]*/i, '') || '/');
