import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { FirstOfficer } from '@dittoo/identity';
import { serve, type RunningService } from '@dittoo/platform';
import { startProcessorSandbox } from '@dittoo/processor-sandbox';
import type { Registry } from 'prom-client';
import { readStandaloneConfig, withSandbox } from './standalone.config.js';
import { standaloneService } from './standalone.module.js';

/** Where a generated officer's login is kept for `npm run demo`, readable by the owner alone. */
const officerFile = 'first-officer.json';

/**
 * Starts everything in this process and says so: addresses, the officer's login if one was made, and last the line
 * `ready <PUBLIC_URL>` on standard output.
 */
export const startStandalone = async (env: NodeJS.ProcessEnv): Promise<RunningService> => {
  const { metricsPort, platform: config, sandbox: wanted } = readStandaloneConfig(env);
  const sandbox = wanted === null ? null : await startProcessorSandbox({ host: '127.0.0.1', payson: wanted.payson });
  // The services read their own configuration from the environment, as in a process of their own.
  if (wanted !== null && sandbox !== null) Object.assign(env, withSandbox(env, wanted, sandbox.urls));
  const running = await serve(config, standaloneService).catch(async (error: unknown) => {
    await sandbox?.close();
    throw error;
  });
  const metrics = metricsPort === null ? null : await serveMetrics(config.host, metricsPort, running.platform.metrics);

  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`shop            ${config.publicUrl}/api/docs`);
  say(`policy          ${config.publicUrl}/api/v1/policy.html`);
  if (sandbox !== null) say(`stand-ins       ${sandbox.urls.sandbox} (in memory: they forget at every stop)`);
  if (metricsPort !== null) say(`metrics         http://${config.host}:${metricsPort}/metrics`);
  say(`data            ${config.databaseUrl === null ? config.dataDir : 'the PostgreSQL server of DATABASE_URL'}`);
  sayOfficer(say, config.dataDir, running.app.get(FirstOfficer).credentialsToPrint());
  say(`ready ${config.publicUrl}`);

  return {
    ...running,
    close: async () => {
      await running.close();
      metrics?.close();
      await sandbox?.close();
    },
  };
};

/** A generated login is printed once; the file lets the demo sign in and may be removed. */
const sayOfficer = (
  say: (text: string) => void,
  dataDir: string,
  made: { readonly email: string; readonly password: string } | null,
): void => {
  const file = join(dataDir, officerFile);
  if (made !== null) {
    writeFileSync(file, `${JSON.stringify(made)}\n`, { mode: 0o600 });
    say(`officer         ${made.email}  password ${made.password}  (shown this once; also in ${file})`);
  } else if (existsSync(file)) {
    say(`officer         as printed at the first start (${file})`);
  } else {
    say('officer         as configured');
  }
};

/** Prometheus' view, on a port of its own that the gateway does not expose. */
const serveMetrics = async (host: string, port: number, registry: Registry): Promise<Server> => {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    registry.metrics().then(
      (text) => response.setHeader('content-type', registry.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
};
