import type { SecureContextOptions, TlsOptions } from 'node:tls';
import helmet from '@fastify/helmet';
import { Clock, DomainError, type Uuid } from '@dittoo/kernel';
import { type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { AuthGuard } from './auth.guard.js';
import { parseForms } from './form-body.js';
import { IdempotencyInterceptor, RequestDigest } from './idempotency.js';
import { NestLog } from './log.js';
import { ProblemFilter } from './problem.filter.js';
import type { ProblemCatalogue } from './problem.js';
import { parseBody, refuseUnstorable, requireObject } from './request-body.js';
import { UndeclaredQueryGuard } from './undeclared-query.guard.js';
import { TokenVerifier } from './token-verifier.js';
import { validationPipe } from './validation.pipe.js';
import { serveTrace } from './trace.js';

export interface HttpAppOptions {
  readonly logger: Logger;
  readonly problems: ProblemCatalogue;
  /** Largest body, bytes. */
  readonly bodyLimit?: number;
  /** How long a request may take to arrive. */
  readonly requestTimeoutMs?: number;
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[];
  /** `/shop` where the public address has a path: requests may have it or not, depending on the proxy. */
  readonly pathPrefix?: string;
  /** Are answers repeated for an `Idempotency-Key`? It needs the key that digests requests. Default: yes. */
  readonly repeatsAnswers?: boolean;
  /** Options of Node's HTTPS server; without them plain HTTP. */
  readonly tls?: SecureContextOptions & Pick<TlsOptions, 'requestCert' | 'rejectUnauthorized'>;
}

/** How long current requests may take once the process must stop. */
const drainMs = 5_000;

/**
 * Creates the Nest application on Fastify that every service uses: problem details for every error, DTO validation,
 * bodies checked, tokens verified, security headers, slow and large requests refused.
 */
export const createHttpApp = async (
  module: Type | DynamicModule,
  {
    logger,
    problems,
    bodyLimit = 256 * 1024,
    pathPrefix = '',
    repeatsAnswers = true,
    requestTimeoutMs = 15_000,
    tls,
    trustedProxies = [],
  }: HttpAppOptions,
): Promise<NestFastifyApplication> => {
  const filter = new ProblemFilter(problems, logger);
  // Node checks at this interval, and applies the larger of the two limits to whole requests: headers need the smaller
  // one.
  const patience = { headersTimeout: requestTimeoutMs / 2, connectionsCheckingInterval: 2_000 };
  const adapter = new FastifyAdapter({
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    ...(tls === undefined ? { http: patience } : { https: { ...patience, ...tls } }),
    connectionTimeout: 60_000,
    forceCloseConnections: 'idle',
    keepAliveTimeout: 10_000,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    rewriteUrl: ({ url = '/' }) =>
      pathPrefix !== '' && url.startsWith(`${pathPrefix}/`) ? url.slice(pathPrefix.length) : url,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    // A request that Fastify cannot route or parse gets problem details too.
    frameworkErrors: (error: Error, request: unknown, reply: unknown) => {
      const problem = filter.problemOf(error, request as FastifyRequest);
      void (reply as FastifyReply).status(problem.status).type('application/problem+json').send(problem);
    },
    clientErrorHandler: (error: NodeJS.ErrnoException, socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
      const code = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request-timeout' : 'invalid-request';
      const [status, title] = problems[code] ?? [400, 'The request is not valid'];
      const body = JSON.stringify({ type: `urn:dittoo:problem:${code}`, title, status, code });
      socket.end(
        `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\n` +
          `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
      return undefined;
    },
  });
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, requireObject(parseBody(body as Buffer)));
    } catch (error) {
      done(error as Error);
    }
  });
  parseForms(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLog(logger),
    bodyParser: false,
    abortOnError: false,
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"], frameAncestors: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  });
  // Current requests are finished; idle connections, and requests that never end, do not delay the stop.
  fastify.addHook('preClose', async () => {
    fastify.server.closeIdleConnections();
    setTimeout(() => fastify.server.closeAllConnections(), drainMs).unref();
  });
  fastify.addHook('onSend', async (_request, reply) => {
    const isEventStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
    // A proxy that compresses or buffers would keep events back.
    if (isEventStream) void reply.header('x-accel-buffering', 'no').header('cache-control', 'no-store, no-transform');
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  });
  fastify.addHook('preValidation', async ({ params, query }) => refuseUnstorable(query, params));
  traceRequests(fastify);
  app.useGlobalFilters(filter);
  app.useGlobalPipes(validationPipe());
  app.useGlobalGuards(
    new AuthGuard(app.get(Reflector), app.get(TokenVerifier), app.get(Clock)),
    new UndeclaredQueryGuard(),
  );
  if (repeatsAnswers) {
    const digest = app.get<RequestDigest>(RequestDigest);
    app.useGlobalInterceptors(
      new IdempotencyInterceptor(app.get(Reflector), app.get(DataSource), digest, app.get(Clock)),
    );
  }
  return app;
};

/**
 * Each request is a span of its caller's trace, or begins a trace. Parsing a body loses the async context, so later
 * hooks restore it.
 */
const traceRequests = (fastify: FastifyInstance): void => {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { traceparent } = request.headers;
    request.served = serveTrace(request.method, typeof traceparent === 'string' ? traceparent : null);
    request.served.within(done);
  });
  fastify.addHook('preValidation', (request, _reply, done) => request.served!.within(done));
  fastify.addHook('onResponse', async (request, reply) => {
    request.served?.end(request.routeOptions.url ?? 'unmatched', reply.statusCode);
  });
};

/** An id in a path, of the requested kind: not a UUID means `not-found`. */
export const idParam = <Id extends Uuid = Uuid>(value: string): Id => {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value)) throw new DomainError('not-found');
  return value as Id;
};
