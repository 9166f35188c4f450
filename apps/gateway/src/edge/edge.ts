import rateLimit from '@fastify/rate-limit';
import { DomainError } from '@dittoo/kernel';
import { pathPrefixOf, type PlatformWithoutKeys } from '@dittoo/platform';
import { containsCardNumber, callerOf } from '@dittoo/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * What every request passes before its route: a rate limit per address, a correlation id, and the refusal of card
 * numbers. Links in responses use the public address. Decides nothing about the shop.
 */
export const prepareEdge = async (app: NestFastifyApplication, { config }: PlatformWithoutKeys): Promise<void> => {
  await app.register(rateLimit, {
    global: true,
    max: config.requestsPerMinute,
    timeWindow: 60_000,
    // Callbacks come from few addresses and are cheap to answer; health checks are made by machines.
    allowList: (request) => request.url.startsWith('/api/v1/callbacks/') || request.url.startsWith('/health/'),
    errorResponseBuilder: () => new DomainError('too-many-requests'),
  });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.header('x-correlation-id', callerOf(request).correlationId);
  });
  const prefix = pathPrefixOf(config.publicUrl);
  fastify.addHook('onSend', async (_request, reply) => {
    const location = reply.getHeader('location');
    if (typeof location === 'string' && location.startsWith('/')) void reply.header('location', `${prefix}${location}`);
  });
  fastify.addHook('preValidation', async (request) => {
    if (holdsCardNumber(request.body)) throw new DomainError('card-number-refused');
  });
};

/** Refuses card numbers (privacy-rules §6) in any text of the body, at any depth. */
const holdsCardNumber = (value: unknown): boolean => {
  if (typeof value === 'string') return value.length >= 13 && containsCardNumber(value);
  if (typeof value === 'number') return value >= 1e12 && containsCardNumber(String(value));
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsCardNumber);
};
