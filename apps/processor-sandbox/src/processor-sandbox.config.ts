import type { Clock } from '@dittoo/kernel';
import { port, readSettings, SettingGroup, text, type Environment } from '@dittoo/kernel/settings';

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

/** The shop's mailbox in the sandbox. */
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
  /** Where payments are kept, without their buyers; absent = in memory only. */
  readonly stateDir?: string;
  /** Pauses before the first and the later tries of a notification. */
  readonly notificationDelaysMs?: readonly number[];
  /** How many requests are remembered. */
  readonly keepRequests?: number;
}

export const sandboxVariables = new SettingGroup({
  title: 'Sandbox of the processors, as a process of its own',
  remark: 'The credentials open nothing but the sandbox.',
  readBy: ['processor-sandbox'],
  settings: {
    host: text('HOST', {
      means: 'The loopback address on which it listens.',
      default: '127.0.0.1',
      example: '::1',
    }),
    port: port('PORT', { means: 'Port for Payson and Mondido.', default: '8090', example: '0' }),
    smtpPort: port('SMTP_PORT', { means: 'Port for SMTP.', default: '2525', example: '0' }),
    imapPort: port('IMAP_PORT', { means: 'Port for IMAP.', default: '1143', example: '0' }),
    paysonAgentId: text('PAYSON_AGENT_ID', {
      means: 'Agent id that signs in at Payson.',
      default: 'sandbox-agent',
      example: 'sandbox',
    }),
    paysonApiKey: text('PAYSON_API_KEY', {
      means: 'API key that signs in at Payson.',
      default: 'sandbox-key',
      example: 'sandbox',
    }),
    mondidoMerchantId: text('MONDIDO_MERCHANT_ID', {
      means: 'Merchant id that signs in at Mondido.',
      default: sandboxMondido.merchantId,
      example: '1001',
    }),
    mondidoPassword: text('MONDIDO_PASSWORD', {
      means: 'API password that signs in at Mondido.',
      default: sandboxMondido.password,
      example: 'sandbox',
    }),
    mondidoSecret: text('MONDIDO_SECRET', {
      means: 'Secret of the checksums at Mondido.',
      default: sandboxMondido.secret,
      example: 'sandbox',
    }),
  },
});

/** @throws SettingsError with the names of the variables that are wrong */
export const processorSandboxConfig = (env: Environment): ProcessorSandboxOptions => {
  const values = readSettings(env, sandboxVariables.settings);
  const { host, port: webPort, smtpPort, imapPort, paysonAgentId: agentId, paysonApiKey: apiKey } = values;
  const { mondidoMerchantId: merchantId, mondidoPassword: password, mondidoSecret: secret } = values;
  const payson = { agentId, apiKey };
  return { host, port: webPort, smtpPort, imapPort, payson, mondido: { merchantId, password, secret } };
};
