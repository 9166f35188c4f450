/** The configuration as the parts get it. */
export const FORWARDING_CONFIG = Symbol('ForwardingConfig');

/** What the host hands in; the environment says the rest. */
export interface ForwardingOptions {
  /** The bundled sandbox, where `PAYSON_URL` is not set. */
  readonly payson?: PaysonConnection;
  /** Specs only: called at the named points of an attempt; what it throws ends the worker there, as a kill would. */
  readonly interrupt?: (point: InterruptionPoint) => void;
  readonly tuning?: Partial<ForwardingTuning>;
}

export type InterruptionPoint = 'marked' | 'sent' | 'recorded';

export interface PaysonConnection {
  /** Base with version, as `https://api.payson.se/2.0/`. */
  readonly url: string;
  readonly agentId: string;
  readonly apiKey: string;
}

export interface ForwardingTuning {
  /** Renewed at a third while a call lasts, so it is short: what a killed worker held is taken up after it. */
  readonly leaseSeconds: number;
  readonly concurrency: number;
  readonly requestsPerSecond: number;
  readonly burst: number;
  readonly connectMs: number;
  /** A whole call; less than the lease. */
  readonly callMs: number;
  /** Retries: full jitter below `retryBaseMs` x 2^n, at most `retryCapMs`. */
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
  /** Attempts of one item before it is parked. */
  readonly attempts: number;
  /** How long a lost answer's effect is left to show itself before it is looked for. */
  readonly reconcileAfterMs: number;
  /** First pause between two readings of a pending payment. */
  readonly watchPauseMs: number;
  readonly breakerPauseMs: number;
}

export interface ForwardingConfig extends ForwardingTuning {
  readonly payson: PaysonConnection | null;
  readonly interrupt: (point: InterruptionPoint) => void;
}

/** Payson publishes no rates: two a second, five at once. Nobody minds at the sandbox. */
const tuning = (sandbox: boolean): ForwardingTuning => ({
  leaseSeconds: 20,
  concurrency: 4,
  requestsPerSecond: sandbox ? 500 : 2,
  burst: sandbox ? 500 : 5,
  connectMs: 5_000,
  callMs: 10_000,
  retryBaseMs: 500,
  retryCapMs: 300_000,
  attempts: 12,
  reconcileAfterMs: 5_000,
  watchPauseMs: 5_000,
  breakerPauseMs: 5_000,
});

/** @throws Error with the name of the variable that is wrong */
export const readForwardingConfig = (
  options: ForwardingOptions = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): ForwardingConfig => {
  const url = env['PAYSON_URL'] ?? '';
  const payson = url === '' ? (options.payson ?? null) : fromEnvironment(url, env);
  return {
    ...tuning(payson === null || onLoopback(payson.url)),
    ...options.tuning,
    payson,
    interrupt: options.interrupt ?? (() => undefined),
  };
};

const onLoopback = (url: string): boolean =>
  URL.canParse(url) && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(url).hostname);

/** For a process of its own: there is no sandbox beside it. @throws Error naming `PAYSON_URL` */
export const requireProcessors = (env: Readonly<Record<string, string | undefined>>): void => {
  if ((env['PAYSON_URL'] ?? '') === '') throw new Error('PAYSON_URL must be set: the sandbox runs in standalone only');
};

const fromEnvironment = (url: string, env: Readonly<Record<string, string | undefined>>): PaysonConnection => {
  const required = (name: string): string => {
    const value = env[name] ?? '';
    if (value === '') throw new Error(`${name} must be set when PAYSON_URL is`);
    return value;
  };
  return { url, agentId: required('PAYSON_AGENT_ID'), apiKey: required('PAYSON_API_KEY') };
};
