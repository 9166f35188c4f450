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
 * Headers that are not forwarded: the client's address (the access log has it; services do not need it), and headers
 * that only the gateway may set.
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

/** Request headers as the gateway forwards them. */
export const passedOn = (headers: IncomingHttpHeaders, { correlationId, traceparent }: Caller): Headers => ({
  ...without(headers, kept),
  'x-correlation-id': correlationId,
  ...(traceparent === null ? {} : { traceparent }),
});

/** Response headers as the gateway returns them. */
export const passedBack = (headers: Headers): Headers => without(headers, ['x-correlation-id', serviceTokenHeader]);
