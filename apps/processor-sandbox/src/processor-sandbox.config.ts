import { type ProcessorSandboxOptions, sandboxMondido } from './processor-sandbox.module.js';

/** The sandbox of a process of its own. The credentials open nothing but the sandbox. */
export const processorSandboxConfig = (environment: NodeJS.ProcessEnv): ProcessorSandboxOptions => {
  const port = Number(environment['PORT'] || 8090);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('PORT must be a whole number from 0 to 65535');
  return {
    host: environment['HOST'] || '127.0.0.1',
    port,
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
