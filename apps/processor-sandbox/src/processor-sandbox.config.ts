import { type ProcessorSandboxOptions, sandboxMondido } from './processor-sandbox.module.js';

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
