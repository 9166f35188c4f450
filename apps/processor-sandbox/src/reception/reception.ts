import type { Clock } from '@dittoo/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Fault, Faults } from './faults.js';
import { type ReceivedEntry, type ReceivedRequests, flattened } from './received.js';

/** What every processor of the sandbox shares. */
export interface Reception {
  readonly received: ReceivedRequests;
  readonly faults: Faults;
  readonly clock: Clock;
}

interface Visit {
  readonly entry: ReceivedEntry;
  readonly fault: Fault | null;
}

/** How a processor parses request bodies. */
export type BodyReader = (rawBody: string) => unknown;

export const jsonBody: BodyReader = (rawBody) => {
  try {
    return JSON.parse(rawBody);
  } catch {
    return undefined;
  }
};

export const formBody: BodyReader = (rawBody) => Object.fromEntries(new URLSearchParams(rawBody));

/**
 * Adds the reception before a processor's routes: a request is recorded, then the fault planted for it applies, then
 * `authenticate`, then the route. Must be called inside the plugin of that processor, before its routes.
 */
export const receive = (
  app: FastifyInstance,
  processor: string,
  { received, faults, clock }: Reception,
  read: BodyReader,
  authenticate: (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined,
): void => {
  const visits = new WeakMap<FastifyRequest, Visit>();

  const write = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> => {
    const [whole = '', query = ''] = request.url.split('?', 2);
    const path = whole.slice(app.prefix.length) || '/';
    const rawBody = typeof request.body === 'string' ? request.body : '';
    const body = rawBody === '' ? null : (read(rawBody) ?? null);
    const entry = received.add({
      processor,
      receivedAt: clock.now(),
      method: request.method,
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      rawBody,
      body,
      fields: flattened(body),
    });
    const fault = faults.take(processor, request.method, path);
    visits.set(request, { entry, fault });
    entry.fault = fault?.kind ?? null;
    switch (fault?.kind) {
      case 'status':
        if (fault.retryAfter !== null) reply.header('retry-after', fault.retryAfter);
        return reply.code(fault.status).send(fault.body ?? '');
      case 'reset':
        reply.hijack();
        request.raw.socket.resetAndDestroy();
        return reply;
      case 'hang':
        reply.hijack();
        return reply;
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, fault.delayMs).unref());
        break;
    }
    return authenticate(request, reply);
  };

  app.addHook('preHandler', write);
  app.addHook('onSend', async (request, reply, payload) => {
    const fault = visits.get(request)?.fault;
    if (fault?.kind === 'dropAfterEffect') request.raw.socket.destroy();
    if (fault?.kind === 'hangAfterEffect') await new Promise((resolve) => reply.raw.once('close', resolve));
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => {
    const visit = visits.get(request);
    if (visit !== undefined && reply.raw.writableFinished) visit.entry.status = reply.statusCode;
  });
};

/** Basic credentials of a request, `null` where there are none. */
export const basicCredentials = (request: FastifyRequest): string | null => {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ', 2);
  return scheme?.toLowerCase() === 'basic' && encoded !== undefined
    ? Buffer.from(encoded, 'base64').toString('utf8')
    : null;
};
