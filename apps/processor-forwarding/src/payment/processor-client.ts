import { traced } from '@dittoo/service';
import { Pool } from 'undici';
import type { Egress } from '../egress/http-egress.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';

export interface BasicCredentials {
  readonly user: string;
  readonly password: string;
}

/** JSON, or a form where the processor takes forms. */
export type RequestBody = object | URLSearchParams;

type Method = 'GET' | 'POST' | 'PUT';

interface WrittenBody {
  readonly type: string;
  readonly text: string;
}

export interface CallTimeouts {
  readonly connectMs: number;
  /** A whole call, below the lease of a lane. */
  readonly callMs: number;
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const largestAnswer = 1024 * 1024;
const longestRetryAfterMs = 3_600_000;

/** Errors before a byte of the request was sent: no connection, or an untrusted certificate. */
const nothingLeft =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EPRIVATE|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_SSL_\w+)$/;

/**
 * HTTP to one processor, on a pool of its own; answers are JSON. Certificates are verified (Payson's own SDK switches that off),
 * redirects are not followed, and answers are parsed and dropped: a raw body is never kept, thrown or logged.
 */
export class ProcessorClient {
  private readonly pool: Pool;
  private readonly authorization: string;

  constructor(
    private readonly egress: Egress,
    { user, password }: BasicCredentials,
    private readonly timeouts: CallTimeouts,
    connections: number,
  ) {
    this.authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    this.pool = new Pool(egress.base.origin, {
      connections,
      pipelining: 1,
      connect: { timeout: timeouts.connectMs, lookup: egress.lookup, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    });
  }

  /** @param path below the base. @throws TransmissionFailed */
  async call(method: Method, path: string, body?: RequestBody): Promise<unknown> {
    return this.prepare(method, path, body)();
  }

  /** The same, with the request written now and sent when it is called: what cannot be written is never sent. */
  prepare(method: Method, path: string, body?: RequestBody): () => Promise<unknown> {
    const written = body === undefined ? null : writtenBody(body);
    return async () => {
      const { statusCode, headers, text } = await this.exchange(method, path, written);
      if (statusCode >= 200 && statusCode < 300) return parsed(text);
      throw refusal(statusCode, headers['retry-after']);
    };
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  /** The span ends here: no trace id is sent, since it would let a processor link the shop's requests. */
  private exchange(method: Method, path: string, body: WrittenBody | null) {
    const attributes = { 'http.request.method': method, 'server.address': this.egress.base.hostname };
    return traced(`call ${method}`, { kind: 'client', attributes }, () => this.transmit(method, path, body));
  }

  private async transmit(method: Method, path: string, body: WrittenBody | null) {
    try {
      const answer = await this.pool.request({
        method,
        path: `${this.egress.base.pathname}${path}`,
        headers: {
          authorization: this.authorization,
          accept: json,
          ...(body === null ? {} : { 'content-type': body.type }),
        },
        ...(body === null ? {} : { body: body.text }),
        signal: AbortSignal.timeout(this.timeouts.callMs),
      });
      return { statusCode: answer.statusCode, headers: answer.headers, text: await limited(answer.body) };
    } catch (error) {
      throw networkFailure(error);
    }
  }
}

const writtenBody = (body: RequestBody): WrittenBody =>
  body instanceof URLSearchParams ? { type: form, text: String(body) } : { type: json, text: JSON.stringify(body) };

const limited = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > largestAnswer) throw new TransmissionFailed('answer-too-large', 'unknown', { retry: true });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new TransmissionFailed('answer-unreadable', 'unknown', { retry: true });
  }
};

const networkFailure = (error: unknown): TransmissionFailed => {
  if (error instanceof TransmissionFailed) return error;
  const { code, name: errorName } = error as { code?: unknown; name?: string };
  const name = typeof code === 'string' ? code : (errorName ?? '');
  if (nothingLeft.test(name)) {
    return new TransmissionFailed(/TLS|CERT|SSL|UNABLE/.test(name) ? 'untrusted' : 'unreachable', 'notSent', {
      retry: true,
    });
  }
  const timeout = /Timeout|TIMEOUT|Abort|ABORT/.test(name);
  return new TransmissionFailed(timeout ? 'timeout' : 'connection-lost', 'unknown', { retry: true });
};

/** What a status means. A 5xx may have come after the effect, so its outcome is not known. */
const refusal = (status: number, retryAfter: string | string[] | undefined): TransmissionFailed => {
  const wait = retryAfterMs(retryAfter, Date.now());
  const then = { retry: true, ...(wait === null ? {} : { retryAfterMs: wait }) };
  const failure = `http-${status}`;
  if (status === 401 || status === 403) {
    return new TransmissionFailed(failure, 'rejected', { retry: true, credentials: true });
  }
  if (status === 408 || status === 429) return new TransmissionFailed(failure, 'rejected', then);
  if (status >= 500) return new TransmissionFailed(failure, 'unknown', then);
  // 3xx too: a redirect could lead to a host that is not in the register.
  return new TransmissionFailed(failure, 'rejected', { retry: false });
};

/** Seconds or an HTTP date -> ms from now, at most an hour; `null` = nothing useful. */
export const retryAfterMs = (value: string | string[] | undefined, now: number): number | null => {
  const text = Array.isArray(value) ? value[0] : value;
  if (text === undefined) return null;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.min(longestRetryAfterMs, Math.max(0, ms));
};
