import type { IncomingHttpHeaders } from 'node:http';
import { serviceTokenHeader } from '@dittoo/platform';
import type { Caller } from '@dittoo/service';

type Headers = Record<string, string | string[] | undefined>;

/** RFC 9110 §7.6.1: meant for the next hop only. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * What a service is not told: where the request comes from (the access log has it; the services need no address), and
 * what only the gateway may say.
 */
const kept = [
  'host',
  'expect',
  'content-length',
  'forwarded',
  'via',
  'x-real-ip',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-correlation-id',
  serviceTokenHeader,
];

const without = (headers: Headers, names: readonly string[]): Headers => {
  const named = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const gone = new Set([...hopByHop, ...names, ...named]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !gone.has(name)));
};

/** The caller's headers as a service gets them. */
export const passedOn = (headers: IncomingHttpHeaders, { correlationId, traceparent }: Caller): Headers => ({
  ...without(headers, kept),
  'x-correlation-id': correlationId,
  ...(traceparent === null ? {} : { traceparent }),
});

/** A service's headers as the caller gets them. */
export const passedBack = (headers: Headers): Headers => without(headers, ['x-correlation-id', serviceTokenHeader]);
