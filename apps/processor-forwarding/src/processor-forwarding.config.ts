import { isIP } from 'node:net';

/** The configuration as the parts get it. */
export const FORWARDING_CONFIG = Symbol('ForwardingConfig');

/** What the host hands in; the rest comes from the environment. */
export interface ForwardingOptions {
  /** The bundled sandbox, where `PAYSON_URL` is not set. */
  readonly payson?: PaysonConnection;
  /** The same for `MONDIDO_URL`. */
  readonly mondido?: MondidoConnection;
  /** The same for `MAIL_SMTP_URL` and `MAIL_IMAP_URL`. */
  readonly mail?: MailConnection;
  readonly tuning?: Partial<ForwardingTuning>;
}

export interface PaysonConnection {
  /** Base with version, as `https://api.payson.se/2.0/`. */
  readonly url: string;
  readonly agentId: string;
  readonly apiKey: string;
}

export interface MondidoConnection {
  /** Base with version, as `https://api.mondido.com/v1/`. */
  readonly url: string;
  readonly merchantId: string;
  readonly password: string;
  /** Goes into checksums only. */
  readonly secret: string;
}

export interface MailConnection {
  /** `smtps://user:password@host`, or `smtp://` for STARTTLS; loopback in the clear. */
  readonly smtpUrl: string;
  readonly imapUrl: string;
}

/** Requests a second, and in a burst. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
  /** Calls at the same time, where it is not the usual number. */
  readonly concurrency?: number;
}

export interface RetryLimits {
  readonly retryCapMs: number;
  /** Attempts of one item before it is parked. */
  readonly attempts: number;
}

export interface ForwardingTuning {
  /** Short, and renewed at a third while a call lasts: after it another worker takes over what a killed one held. */
  readonly leaseSeconds: number;
  readonly concurrency: number;
  readonly connectMs: number;
  /** A whole call; less than the lease. */
  readonly callMs: number;
  /** Retries: full jitter below `retryBaseMs` x 2^n, at most `retryCapMs`. */
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
  /** Attempts of one item before it is parked. */
  readonly attempts: number;
  /** How long to wait after a lost answer before the processor is asked for its effect. */
  readonly reconcileAfterMs: number;
  /** First pause between two readings of a pending payment. */
  readonly watchPauseMs: number;
  readonly breakerPauseMs: number;
  /** How often it is checked whether the mailbox was swept today. */
  readonly sweepPauseMs: number;
}

export interface ForwardingConfig extends ForwardingTuning {
  readonly payson: PaysonConnection | null;
  readonly mondido: MondidoConnection | null;
  readonly mail: MailConnection | null;
  readonly limits: { readonly [processorId: string]: RetryLimits };
  /** Address of the proxy through which everything leaves; `null` = directly. */
  readonly egressProxy: string | null;
  readonly rates: { readonly [processorId: string]: Rate };
}

/**
 * Payson and Mondido publish no rates: these are careful. One.com takes 25 messages in five minutes. The sandbox takes
 * any number.
 */
const rates = {
  payson: { perSecond: 2, burst: 5 },
  mondido: { perSecond: 5, burst: 10 },
  oneMail: { perSecond: 25 / 300, burst: 25, concurrency: 1 },
};

/** Mail is tried for four days, as mail servers do: 16 doublings, then every two hours on average. */
const limits = { oneMail: { attempts: 62, retryCapMs: 4 * 3_600_000 } };
const atSandbox: Rate = { perSecond: 500, burst: 500 };

const tuning: ForwardingTuning = {
  leaseSeconds: 20,
  concurrency: 4,
  connectMs: 5_000,
  callMs: 10_000,
  retryBaseMs: 500,
  retryCapMs: 300_000,
  attempts: 12,
  reconcileAfterMs: 5_000,
  watchPauseMs: 5_000,
  breakerPauseMs: 5_000,
  sweepPauseMs: 600_000,
};

/** @throws Error with the name of the variable that is wrong */
export const readForwardingConfig = (
  options: ForwardingOptions = {},
  env: Environment = process.env,
): ForwardingConfig => {
  const payson = paysonFrom(env) ?? options.payson ?? null;
  const mondido = mondidoFrom(env) ?? options.mondido ?? null;
  const mail = mailFrom(env) ?? options.mail ?? null;
  return {
    ...tuning,
    ...options.tuning,
    payson,
    mondido,
    mail,
    limits: { oneMail: { ...limits.oneMail, ...options.tuning } },
    egressProxy: egressProxyFrom(env),
    rates: {
      payson: onLoopback(payson?.url) ? atSandbox : rates.payson,
      mondido: onLoopback(mondido?.url) ? atSandbox : rates.mondido,
      oneMail: onLoopback(mail?.smtpUrl) ? atSandbox : rates.oneMail,
    },
  };
};

const onLoopback = (url = ''): boolean =>
  URL.canParse(url) && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(url).hostname);

/** For a process of its own: there is no sandbox beside it. @throws Error naming the variable */
export const requireProcessors = (env: Environment): void => {
  for (const name of ['PAYSON_URL', 'MONDIDO_URL', 'MAIL_SMTP_URL', 'MAIL_IMAP_URL']) {
    if ((env[name] ?? '') === '') throw new Error(`${name} must be set: the sandbox runs in standalone only`);
  }
};

type Environment = Readonly<Record<string, string | undefined>>;

const egressProxyFrom = (env: Environment): string | null => {
  const address = env['EGRESS_PROXY_ADDRESS'] ?? '';
  if (address === '') return null;
  // A name would have to be resolved, and then the resolver decides where everything goes.
  if (isIP(address) === 0) throw new Error('EGRESS_PROXY_ADDRESS must be an IP address');
  return address;
};

/** `null` = the processor's URL is not set. */
const paysonFrom = (env: Environment): PaysonConnection | null => {
  const url = env['PAYSON_URL'] ?? '';
  if (url === '') return null;
  return { url, agentId: required(env, 'PAYSON_AGENT_ID'), apiKey: required(env, 'PAYSON_API_KEY') };
};

const mondidoFrom = (env: Environment): MondidoConnection | null => {
  const url = env['MONDIDO_URL'] ?? '';
  if (url === '') return null;
  return {
    url,
    merchantId: required(env, 'MONDIDO_MERCHANT_ID'),
    password: required(env, 'MONDIDO_PASSWORD'),
    secret: required(env, 'MONDIDO_SECRET'),
  };
};

const mailFrom = (env: Environment): MailConnection | null => {
  if (!env['MAIL_SMTP_URL'] && !env['MAIL_IMAP_URL']) return null;
  return { smtpUrl: required(env, 'MAIL_SMTP_URL'), imapUrl: required(env, 'MAIL_IMAP_URL') };
};

const required = (env: Environment, name: string): string => {
  const value = env[name] ?? '';
  if (value === '') throw new Error(`${name} must be set where the processor's other settings are`);
  return value;
};
