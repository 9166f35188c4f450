import { isProblemCode } from '@dittoo/contracts';
import { DomainError } from '@dittoo/kernel';
import { serviceTokenHeader, type ServiceTokens } from '@dittoo/platform';
import { BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { errors, Pool, type Dispatcher } from 'undici';
import type { UpstreamName } from '../gateway.config.js';

export interface UpstreamRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: string | Buffer | undefined;
  /** Timeout until the response begins. */
  readonly patienceMs: number;
  /** Aborted when the caller disconnects. */
  readonly signal?: AbortSignal;
}

export type UpstreamAnswer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** Longest pause inside a response; live streams send something every 15 s. */
const silenceMs = 60_000;
const connectMs = 2_000;
/** After this many failures in a row the breaker opens; it closes when a trial after the pause succeeds. */
const failuresToBreak = 5;
const breakMs = 2_000;

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? '';

/** The connection was lost before a response began; a read may simply be repeated. */
const cutOff = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** One service behind the gateway: its connections, kept open, and a breaker around them. */
export class Upstream {
  private readonly pool: Pool;
  private readonly breaker = circuitBreaker(
    handleWhen((error) => !(error instanceof DomainError) && codeOf(error) !== 'UND_ERR_ABORTED'),
    { halfOpenAfter: breakMs, breaker: new ConsecutiveBreaker(failuresToBreak) },
  );

  constructor(
    readonly name: UpstreamName,
    url: URL,
    private readonly tokens: ServiceTokens | null,
    tls: object,
  ) {
    this.pool = new Pool(url.origin, {
      connections: 512,
      pipelining: 1,
      bodyTimeout: silenceMs,
      connect: { timeout: connectMs, ...tls },
    });
  }

  /** Whether the breaker is open: requests fail at once. */
  get broken(): boolean {
    return this.breaker.state !== CircuitState.Closed;
  }

  onBreak(listener: () => void): void {
    this.breaker.onBreak(listener);
  }

  /**
   * Resolves when the response begins, whatever its status; its body is a stream.
   *
   * @throws DomainError `temporarily-unavailable` it cannot be reached; `took-too-long` the service may have acted all
   *   the same
   */
  async ask(request: UpstreamRequest): Promise<UpstreamAnswer> {
    try {
      return await this.breaker.execute(async () => {
        try {
          return await this.once(request);
        } catch (error) {
          const mayRepeat = ['GET', 'HEAD'].includes(request.method) && cutOff.has(codeOf(error));
          if (!mayRepeat || request.signal?.aborted === true) throw error;
          return this.once(request);
        }
      });
    } catch (error) {
      if (error instanceof DomainError) throw error;
      if (error instanceof errors.HeadersTimeoutError) throw new DomainError('took-too-long');
      if (!(error instanceof BrokenCircuitError) && !isConnectionError(error)) throw error;
      throw new DomainError('temporarily-unavailable');
    }
  }

  /** The response to a request of the gateway itself. @throws DomainError also the service's own refusal */
  async json(request: UpstreamRequest): Promise<unknown> {
    const { body, statusCode } = await this.ask(request);
    const answer = await body.json().catch(() => ({}));
    if (statusCode < 300) return answer;
    const { code } = answer as { code?: unknown };
    throw new DomainError(isProblemCode(code) ? code : 'temporarily-unavailable');
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async once({ body, headers, method, path, patienceMs, signal }: UpstreamRequest): Promise<UpstreamAnswer> {
    return this.pool.request({
      method: method as Dispatcher.HttpMethod,
      path,
      headers: {
        ...headers,
        ...(this.tokens === null ? {} : { [serviceTokenHeader]: await this.tokens.tokenFor(this.name) }),
      },
      body: body ?? null,
      headersTimeout: patienceMs,
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** Connection errors of undici, the system and TLS. */
const isConnectionError = (error: unknown): boolean =>
  /^(UND_ERR|E[A-Z]+|CERT_|DEPTH_|UNABLE_|SELF_|HPE_)/.test(codeOf(error));
