import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FirstOfficer } from '@dittoo/identity';
import { localUrl, serve, type RunningService } from '@dittoo/platform';
import { forwardingConfigOf } from '@dittoo/processor-forwarding';
import { startProcessorSandbox } from '@dittoo/processor-sandbox';
import { connectionsTo, readStandaloneConfig } from './standalone.config.js';
import { standaloneServiceWith } from './standalone.module.js';

/**
 * Starts every service in this process and prints the addresses, the officers and where their passwords are, and
 * finally the line `ready <PUBLIC_URL>` on standard output.
 */
export const startStandalone = async (env: NodeJS.ProcessEnv, stop?: AbortSignal): Promise<RunningService> => {
  const { platform: given, sandbox: wanted, forwarding, ...configs } = readStandaloneConfig(env);
  const sandbox =
    wanted === null
      ? null
      : await startProcessorSandbox({
          host: '127.0.0.1',
          payson: wanted.payson,
          stateDir: join(given.dataDir, 'processor-sandbox'),
        });
  const connections = wanted === null || sandbox === null ? {} : connectionsTo(wanted, sandbox.urls);
  const service = standaloneServiceWith({ ...configs, forwarding: forwardingConfigOf(forwarding, connections) });
  const running = await serve(given, service, stop).catch(async (error: unknown) => {
    await sandbox?.close();
    throw error;
  });

  const { config } = running.platform;
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`shop            ${config.publicUrl}/api/docs`);
  const listening = localUrl(config.host, config.port);
  if (listening !== null && listening !== config.publicUrl) say(`listens         ${listening}`);
  say(`policy          ${config.publicUrl}/api/v1/policy.html`);
  if (sandbox !== null) {
    say(
      `sandbox         ${sandbox.urls.sandbox} (payments are kept without their buyers; mail and requests are in memory)`,
    );
    // The name that programs outside look for; the demo and the README look into the file.
    say(`stand-ins ${sandbox.urls.sandbox}`);
    mkdirSync(config.dataDir, { recursive: true });
    writeFileSync(join(config.dataDir, 'sandbox-url'), `${sandbox.urls.sandbox}\n`);
  }
  if (config.metricsPort !== null)
    say(`metrics         ${localUrl(config.host, config.metricsPort) ?? config.metricsPort}/metrics`);
  say(`data            ${config.databaseUrl === null ? config.dataDir : 'the PostgreSQL server of DATABASE_URL'}`);
  running.app.get(FirstOfficer).announce(say);
  say(`ready ${config.publicUrl}`);

  return {
    ...running,
    close: async () => {
      await running.close();
      await sandbox?.close();
    },
  };
};
