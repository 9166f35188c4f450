import { randomUUID } from 'node:crypto';
import { readPlatformConfig, type PlatformConfig } from '@dittoo/platform';
import { sandboxMondido } from '@dittoo/processor-sandbox';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the standalone adds to the platform's configuration. */
export interface StandaloneConfig {
  readonly platform: PlatformConfig;
  /** The stand-ins to start: `null` when every processor is configured. */
  readonly sandbox: { readonly payson: { readonly agentId: string; readonly apiKey: string } } | null;
}

/** @throws Error with the name of the variable that is wrong */
export const readStandaloneConfig = (env: Environment): StandaloneConfig => {
  const configured = ['PAYSON_URL', 'MONDIDO_URL', 'MAIL_SMTP_URL'].every((name) => env[name] !== undefined);
  return {
    platform: readPlatformConfig(env, 'standalone'),
    sandbox: configured ? null : { payson: { agentId: 'sandbox', apiKey: randomUUID() } },
  };
};

/** The environment with the stand-ins in place of the processors that are not configured. */
export const withSandbox = (
  env: Environment,
  sandbox: NonNullable<StandaloneConfig['sandbox']>,
  urls: { readonly payson: string; readonly mondido: string; readonly smtp: string; readonly imap: string },
): Environment => ({
  ...(env['PAYSON_URL'] === undefined
    ? { PAYSON_URL: urls.payson, PAYSON_AGENT_ID: sandbox.payson.agentId, PAYSON_API_KEY: sandbox.payson.apiKey }
    : {}),
  ...(env['MONDIDO_URL'] === undefined
    ? {
        MONDIDO_URL: urls.mondido,
        MONDIDO_MERCHANT_ID: sandboxMondido.merchantId,
        MONDIDO_PASSWORD: sandboxMondido.password,
        MONDIDO_SECRET: sandboxMondido.secret,
      }
    : {}),
  ...(env['MAIL_SMTP_URL'] === undefined ? { MAIL_SMTP_URL: urls.smtp, MAIL_IMAP_URL: urls.imap } : {}),
});
