import type { Clock } from '@dittoo/kernel';

/** What Payson's merchant signs in with. */
export interface PaysonOptions {
  readonly agentId: string;
  readonly apiKey: string;
}

/** What Mondido's merchant signs in with, and the secret of its hashes. */
export interface MondidoOptions {
  readonly merchantId: string;
  readonly password: string;
  readonly secret: string;
}

export interface MailAccount {
  /** The address of the mailbox, which is also the login. */
  readonly user: string;
  readonly password: string;
}

/** Opens nothing but the sandbox. */
export const sandboxMondido: MondidoOptions = {
  merchantId: '1000',
  password: 'sandbox-password',
  secret: 'sandbox-secret',
};

/** The mailbox of the shop at the stand-in. */
export const sandboxMail: MailAccount = { user: 'kundtjanst@example.org', password: 'sandbox-password' };

export interface ProcessorSandboxOptions {
  /** A loopback address; the sandbox shows what it received to anyone who asks, so it listens nowhere else. */
  readonly host: string;
  /** Default: a free one, as of the two others. */
  readonly port?: number;
  readonly smtpPort?: number;
  readonly imapPort?: number;
  readonly payson: PaysonOptions;
  /** Default: the credentials of the sandbox, `sandboxMondido`. */
  readonly mondido?: MondidoOptions;
  /** Default: `sandboxMail`. */
  readonly mail?: MailAccount;
  readonly clock?: Clock;
  /** Pauses before the first and the later tries of a notification. */
  readonly notificationDelaysMs?: readonly number[];
  /** How many requests are remembered. */
  readonly keepRequests?: number;
}

/** The sandbox of a process of its own. The credentials open nothing but the sandbox. */
export const processorSandboxConfig = (environment: NodeJS.ProcessEnv): ProcessorSandboxOptions => {
  const port = (name: string, otherwise: number): number => {
    const given = Number(environment[name] || otherwise);
    if (!Number.isInteger(given) || given < 0 || given > 65_535)
      throw new Error(`${name} must be a whole number from 0 to 65535`);
    return given;
  };
  return {
    host: environment['HOST'] || '127.0.0.1',
    port: port('PORT', 8090),
    smtpPort: port('SMTP_PORT', 2525),
    imapPort: port('IMAP_PORT', 1143),
    payson: {
      agentId: environment['PAYSON_AGENT_ID'] ?? 'sandbox-agent',
      apiKey: environment['PAYSON_API_KEY'] ?? 'sandbox-key',
    },
    mondido: {
      merchantId: environment['MONDIDO_MERCHANT_ID'] ?? sandboxMondido.merchantId,
      password: environment['MONDIDO_PASSWORD'] ?? sandboxMondido.password,
      secret: environment['MONDIDO_SECRET'] ?? sandboxMondido.secret,
    },
  };
};
