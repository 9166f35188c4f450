import { randomUUID } from 'node:crypto';
import { readAuditConfig, type AuditConfig } from '@dittoo/audit';
import { readIdentityConfig, type IdentityConfig } from '@dittoo/identity';
import { readTogether, type Environment } from '@dittoo/kernel/settings';
import { readPlatformConfig, type PlatformConfig } from '@dittoo/platform';
import { readForwardingSettings, type ForwardingSettings } from '@dittoo/processor-forwarding';
import { sandboxMondido } from '@dittoo/processor-sandbox';
import { readRightsConfig, type RightsConfig } from '@dittoo/rights';

/** What the one process is told: the platform's configuration and that of every service. */
export interface StandaloneConfig {
  readonly platform: PlatformConfig;
  readonly identity: IdentityConfig;
  readonly rights: RightsConfig;
  readonly audit: AuditConfig;
  readonly forwarding: ForwardingSettings;
  /** The sandbox to start; `null` when every processor is configured. */
  readonly sandbox: SandboxCredentials | null;
}

export interface SandboxCredentials {
  readonly payson: { readonly agentId: string; readonly apiKey: string };
}

/** @throws SettingsError with the names of the variables that are wrong */
export const readStandaloneConfig = (env: Environment): StandaloneConfig => {
  const configs = readTogether({
    platform: () => readPlatformConfig(env, 'standalone'),
    identity: () => readIdentityConfig(env),
    rights: () => readRightsConfig(env),
    audit: () => readAuditConfig(env),
    forwarding: () => readForwardingSettings(env),
  });
  const { paysonUrl, mondidoUrl, mailSmtpUrl } = configs.forwarding;
  const isComplete = paysonUrl !== null && mondidoUrl !== null && mailSmtpUrl !== null;
  return { ...configs, sandbox: isComplete ? null : { payson: { agentId: 'sandbox', apiKey: randomUUID() } } };
};

export interface SandboxUrls {
  readonly payson: string;
  readonly mondido: string;
  readonly smtp: string;
  readonly imap: string;
}

/** The sandbox's addresses for processor-forwarding. */
export const connectionsTo = ({ payson }: SandboxCredentials, urls: SandboxUrls) => ({
  payson: { url: urls.payson, ...payson },
  mondido: { url: urls.mondido, ...sandboxMondido },
  mail: { smtpUrl: urls.smtp, imapUrl: urls.imap },
});

/** The same for a process of its own: variables in place of those that `env` does not set. */
export const withSandbox = (
  env: Environment,
  sandbox: SandboxCredentials,
  urls: SandboxUrls,
): Readonly<Record<string, string>> => {
  const given = readForwardingSettings(env);
  const { payson, mondido, mail } = connectionsTo(sandbox, urls);
  return {
    ...(given.paysonUrl === null
      ? { PAYSON_URL: payson.url, PAYSON_AGENT_ID: payson.agentId, PAYSON_API_KEY: payson.apiKey }
      : {}),
    ...(given.mondidoUrl === null
      ? {
          MONDIDO_URL: mondido.url,
          MONDIDO_MERCHANT_ID: mondido.merchantId,
          MONDIDO_PASSWORD: mondido.password,
          MONDIDO_SECRET: mondido.secret,
        }
      : {}),
    ...(given.mailSmtpUrl === null ? { MAIL_SMTP_URL: mail.smtpUrl, MAIL_IMAP_URL: mail.imapUrl } : {}),
  };
};
