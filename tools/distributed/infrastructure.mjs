/** What the services need: PostgreSQL and Kafka, each started here unless the environment names one that runs already. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runningBroker, startBroker, stopBroker } from '../kafka/broker.mjs';

/** Ten processes with pools of their own. */
const maxConnections = 400;
const brokerWatchMs = 2_000;

/**
 * A server that the services use.
 *
 * @typedef {object} Infrastructure
 * @property {Record<string, string>} env what the services are told
 * @property {() => Promise<unknown>} close ends it, if it was started here
 */

/** @typedef {(env: NodeJS.ProcessEnv, dataDir: string, say: (text: string) => void) => Promise<Infrastructure>} OpenInfrastructure */

/** @type {OpenInfrastructure} */
export const openPostgres = async (env, dataDir, say) => {
  if (env.DATABASE_URL) return { env: {}, close: async () => undefined };
  const { startEmbeddedPostgres } = await import('@dittoo/database');
  const postgres = await startEmbeddedPostgres({
    dataDir: join(dataDir, 'postgres'),
    maxConnections,
    onLog: (level, event) => {
      if (level !== 'info') say(event);
    },
  });
  const keyFile = env.KEY_ENCRYPTION_KEY_FILE || join(dataDir, 'key-encryption-key.json');
  const { FileKeyEncryption } = await import('@dittoo/personal-data');
  FileKeyEncryption.generate(keyFile);
  return {
    env: { DATABASE_URL: postgres.url('dittoo'), KEY_ENCRYPTION_KEY_FILE: keyFile },
    close: () => postgres.stop(),
  };
};

/**
 * A broker of ours that dies is started again with its data.
 *
 * @type {OpenInfrastructure}
 */
export const openKafka = async (env, dataDir, say) => {
  if (env.KAFKA_BROKERS) return { env: {}, close: async () => undefined };
  const dir = join(dataDir, 'kafka', 'broker');
  if (runningBroker(dir) !== undefined) await stopBroker(dir); // left over by a parent that was killed
  const { brokers } = await startBroker({ dir });
  /** @type {Promise<unknown>} */
  let mending = Promise.resolve();
  const watch = setInterval(() => {
    mending = mending.then(async () => {
      if (runningBroker(dir) !== undefined) return;
      say('kafka died; starting it again');
      await startBroker({ dir }).catch((error) => say(error.message));
    });
  }, brokerWatchMs);
  return {
    env: { KAFKA_BROKERS: brokers.join(',') },
    close: async () => {
      clearInterval(watch);
      await mending;
      await stopBroker(dir);
    },
  };
};

/**
 * Runs a program of ours to its end.
 *
 * @type {(name: string, args: readonly string[], env: NodeJS.ProcessEnv) => Promise<void>}
 * @throws Error with its output when it fails
 */
export const runOnce = (name, args, env) =>
  new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const output = [];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${name} failed:\n${Buffer.concat(output).toString().trim()}`)),
    );
  });
