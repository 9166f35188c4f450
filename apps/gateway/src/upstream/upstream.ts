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
  /** Until the answer begins. */
  readonly patienceMs: number;
  /** The one who asks has gone. */
  readonly signal?: AbortSignal;
}

export type UpstreamAnswer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** Longest silence inside an answer; live streams say something every 15 s. */
const silenceMs = 60_000;
const connectMs = 2_000;
/** That many failures in a row, and nobody waits for this service any more until one trial after the pause succeeds. */
const failuresToBreak = 5;
const breakMs = 2_000;

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? '';

/** The connection was gone before an answer began; a read may simply be said again. */
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

  /** Nobody waits for it at the moment. */
  get broken(): boolean {
    return this.breaker.state !== CircuitState.Closed;
  }

  onBreak(listener: () => void): void {
    this.breaker.onBreak(listener);
  }

  /**
   * The answer as it begins, whatever its status; its body flows on.
   *
   * @throws DomainError `temporarily-unavailable` it cannot be reached; `took-too-long` it may have acted all the same
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

  /** The answer to a question of the gateway's own. @throws DomainError also as the service refused it */
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

/** undici's own, the system's, and TLS's. */
const isConnectionError = (error: unknown): boolean =>
  /^(UND_ERR|E[A-Z]+|CERT_|DEPTH_|UNABLE_|SELF_|HPE_)/.test(codeOf(error));
