import { join } from 'node:path';
import { FirstOfficer } from '@dittoo/identity';
import { serve, type RunningService } from '@dittoo/platform';
import { startProcessorSandbox } from '@dittoo/processor-sandbox';
import { readStandaloneConfig, withSandbox } from './standalone.config.js';
import { standaloneService } from './standalone.module.js';

/** Where a generated officer's login is kept for `npm run demo`, readable by the owner alone. */
const officerFile = 'first-officer.json';

/**
 * Starts everything in this process and says so: addresses, the officer's login if one was made, and last the line
 * `ready <PUBLIC_URL>` on standard output.
 */
export const startStandalone = async (env: NodeJS.ProcessEnv): Promise<RunningService> => {
  const { platform: config, sandbox: wanted } = readStandaloneConfig(env);
  const sandbox = wanted === null ? null : await startProcessorSandbox({ host: '127.0.0.1', payson: wanted.payson });
  // The services read their own configuration from the environment, as in a process of their own.
  if (wanted !== null && sandbox !== null) Object.assign(env, withSandbox(env, wanted, sandbox.urls));
  const running = await serve(config, standaloneService).catch(async (error: unknown) => {
    await sandbox?.close();
    throw error;
  });

  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`shop            ${config.publicUrl}/api/docs`);
  say(`policy          ${config.publicUrl}/api/v1/policy.html`);
  if (sandbox !== null) say(`stand-ins       ${sandbox.urls.sandbox} (in memory: they forget at every stop)`);
  if (config.metricsPort !== null) say(`metrics         http://${config.host}:${config.metricsPort}/metrics`);
  say(`data            ${config.databaseUrl === null ? config.dataDir : 'the PostgreSQL server of DATABASE_URL'}`);
  running.app.get(FirstOfficer).announce(say, join(config.dataDir, officerFile));
  say(`ready ${config.publicUrl}`);

  return {
    ...running,
    close: async () => {
      await running.close();
      await sandbox?.close();
    },
  };
};
