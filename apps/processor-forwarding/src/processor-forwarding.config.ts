import { isIP } from 'node:net';
import { isLoopback } from '@dittoo/kernel';
import {
  readSettings,
  setting,
  SettingGroup,
  text,
  url,
  type ConfigOf,
  type Environment,
  type Rule,
} from '@dittoo/kernel/settings';

/** The configuration as the parts get it. */
export const FORWARDING_CONFIG = Symbol('ForwardingConfig');

/** What the host hands in, in place of what the environment does not set. */
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
  /** Pause between two readings of a reservation: the processor may release it. */
  readonly watchReservedMs: number;
  /** Pause between two readings of what was taken: it may be paid back at the processor. */
  readonly watchTakenMs: number;
  readonly breakerPauseMs: number;
  /** How often it is checked whether the mailbox was swept today. */
  readonly sweepPauseMs: number;
}

export interface ForwardingConfig extends ForwardingTuning {
  readonly payson: PaysonConnection | null;
  readonly mondido: MondidoConnection | null;
  readonly mail: MailConnection | null;
  readonly limits: { readonly [processorId: string]: RetryLimits };
  /** Where the pages are that mails and payment pages lead to; `null` = at the gateway. Without a trailing slash. */
  readonly storefrontUrl: string | null;
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
const atSandbox: Rate = { perSecond: 500, burst: 500, concurrency: 16 };

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
  watchReservedMs: 6 * 3_600_000,
  watchTakenMs: 24 * 3_600_000,
  breakerPauseMs: 5_000,
  sweepPauseMs: 600_000,
};

const readBy = ['processor-forwarding', 'standalone'];
const web = ['https:', 'http:'];
const inSandbox = 'the sandbox, in one process; a separate process needs it';

/** Where the processors are and what opens them. A process of its own needs all of these. */
export const processorVariables = new SettingGroup({
  title: 'Processors',
  readBy,
  settings: {
    paysonUrl: url('PAYSON_URL', {
      means: 'The invoice processor: its base address with the version.',
      otherwise: inSandbox,
      example: 'https://api.payson.se/2.0/',
      protocols: web,
    }),
    paysonAgentId: text('PAYSON_AGENT_ID', {
      means: 'Agent id of the shop at Payson.',
      otherwise: inSandbox,
      example: '12345',
    }),
    paysonApiKey: text('PAYSON_API_KEY', {
      means: 'API key of the shop at Payson.',
      otherwise: inSandbox,
      example: 'key',
      isSecret: true,
    }),
    mondidoUrl: url('MONDIDO_URL', {
      means: 'The card processor: its base address with the version.',
      otherwise: inSandbox,
      example: 'https://api.mondido.com/v1/',
      protocols: web,
    }),
    mondidoMerchantId: text('MONDIDO_MERCHANT_ID', {
      means: 'Merchant id of the shop at Mondido.',
      otherwise: inSandbox,
      example: '1000',
    }),
    mondidoPassword: text('MONDIDO_PASSWORD', {
      means: 'API password of the shop at Mondido.',
      otherwise: inSandbox,
      example: 'password',
      isSecret: true,
    }),
    mondidoSecret: text('MONDIDO_SECRET', {
      means: 'Secret of the checksums of payments; it goes into checksums only.',
      otherwise: inSandbox,
      example: 'secret',
      isSecret: true,
    }),
    mailSmtpUrl: url('MAIL_SMTP_URL', {
      means: 'The mail provider with its login, `smtp://` for STARTTLS; in the clear on loopback only.',
      otherwise: inSandbox,
      example: 'smtps://user:password@send.one.com',
      protocols: ['smtps:', 'smtp:'],
      isSecret: true,
    }),
    mailImapUrl: url('MAIL_IMAP_URL', {
      means: "The shop's mailbox at the provider, with its login.",
      otherwise: inSandbox,
      example: 'imaps://user:password@imap.one.com',
      protocols: ['imaps:', 'imap:'],
      isSecret: true,
    }),
  },
});

export const egressVariables = new SettingGroup({
  title: 'The way to processors',
  readBy,
  settings: {
    // A name would have to be resolved, and then the resolver decides where everything goes.
    egressProxy: setting(
      'EGRESS_PROXY_ADDRESS',
      {
        means: 'IP address of a proxy through which processors are reached.',
        otherwise: 'they are reached directly',
        example: '10.96.0.200',
      },
      (given, variable) => {
        if (isIP(given) === 0) throw new Error(`${variable} must be an IP address`);
        return given;
      },
    ),
  },
});

export const storefrontVariables = new SettingGroup({
  title: 'The storefront',
  readBy,
  settings: {
    storefrontUrl: setting(
      'STOREFRONT_URL',
      {
        means:
          'Address of a storefront that has the pages under `/p/` itself: links in mails and returns from payment pages lead there.',
        otherwise: "the gateway's own pages, at `PUBLIC_URL`",
        example: 'https://www.shop.example.org',
      },
      (given, variable) => {
        const address = URL.canParse(given) ? new URL(given) : null;
        if (address === null || !web.includes(address.protocol) || address.search !== '' || address.hash !== '')
          throw new Error(`${variable} must be a URL that starts with http:// or https://, without a query`);
        return given.replace(/\/+$/, '');
      },
    ),
  },
});

const settings = {
  ...processorVariables.settings,
  ...storefrontVariables.settings,
  ...egressVariables.settings,
};

/** What the environment says; `null` = not set. */
export type ForwardingSettings = ConfigOf<typeof settings>;

type ProcessorSetting = keyof typeof processorVariables.settings;

const perProcessor: readonly (readonly ProcessorSetting[])[] = [
  ['paysonUrl', 'paysonAgentId', 'paysonApiKey'],
  ['mondidoUrl', 'mondidoMerchantId', 'mondidoPassword', 'mondidoSecret'],
  ['mailSmtpUrl', 'mailImapUrl'],
];

const missing = (values: ForwardingSettings, names: readonly ProcessorSetting[], reason: string): string[] =>
  names.filter((name) => values[name] === null).map((name) => `${settings[name].variable} must be set${reason}`);

/** Of a processor whose address is set, the rest is set as well; of mail, either address asks for the other. */
const completeProcessors: Rule<ForwardingSettings> = (values) =>
  perProcessor
    .filter((names) => names.some((name) => name.endsWith('Url') && values[name] !== null))
    .flatMap((names) => missing(values, names, " where the processor's other settings are"));

const everyProcessor: Rule<ForwardingSettings> = (values) =>
  missing(values, perProcessor.flat(), ': the sandbox runs in standalone only');

/**
 * @param processors `required`: for a process of its own, which has no sandbox beside it
 * @throws SettingsError with the names of the variables that are wrong
 */
export const readForwardingSettings = (
  env: Environment,
  processors: 'required' | 'optional' = 'optional',
): ForwardingSettings => readSettings(env, settings, [processors === 'required' ? everyProcessor : completeProcessors]);

export const forwardingConfigOf = (values: ForwardingSettings, options: ForwardingOptions = {}): ForwardingConfig => {
  const payson = paysonOf(values) ?? options.payson ?? null;
  const mondido = mondidoOf(values) ?? options.mondido ?? null;
  const mail = mailOf(values) ?? options.mail ?? null;
  return {
    ...tuning,
    ...options.tuning,
    payson,
    mondido,
    mail,
    limits: { oneMail: { ...limits.oneMail, ...options.tuning } },
    storefrontUrl: values.storefrontUrl,
    egressProxy: values.egressProxy,
    rates: {
      payson: isOnLoopback(payson?.url) ? atSandbox : rates.payson,
      mondido: isOnLoopback(mondido?.url) ? atSandbox : rates.mondido,
      oneMail: isOnLoopback(mail?.smtpUrl) ? atSandbox : rates.oneMail,
    },
  };
};

/** @throws SettingsError with the names of the variables that are wrong */
export const readForwardingConfig = (options: ForwardingOptions, env: Environment): ForwardingConfig =>
  forwardingConfigOf(readForwardingSettings(env), options);

const isOnLoopback = (address = ''): boolean => URL.canParse(address) && isLoopback(new URL(address).hostname);

/** `null` = the processor's address is not set. */
const paysonOf = (values: ForwardingSettings): PaysonConnection | null => {
  const { paysonUrl, paysonAgentId: agentId, paysonApiKey: apiKey } = values;
  return paysonUrl === null || agentId === null || apiKey === null ? null : { url: paysonUrl, agentId, apiKey };
};

const mondidoOf = (values: ForwardingSettings): MondidoConnection | null => {
  const { mondidoUrl, mondidoMerchantId: merchantId, mondidoPassword: password, mondidoSecret: secret } = values;
  if (mondidoUrl === null || merchantId === null || password === null || secret === null) return null;
  return { url: mondidoUrl, merchantId, password, secret };
};

const mailOf = ({ mailSmtpUrl: smtpUrl, mailImapUrl: imapUrl }: ForwardingSettings): MailConnection | null =>
  smtpUrl === null || imapUrl === null ? null : { smtpUrl, imapUrl };
