/** What the processes stand on: PostgreSQL and Kafka, each its own or one that is there already. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runningBroker, startBroker, stopBroker } from '../kafka/broker.mjs';

/** Ten processes with pools of their own. */
const maxConnections = 400;
const brokerLookMs = 2_000;

/** @returns what the services are told, and how to end it */
export const openPostgres = async (env, dataDir, say) => {
  if (env.DATABASE_URL) return { env: {}, close: async () => undefined };
  const { startEmbeddedPostgres } = await import('../../libs/database/dist/index.js');
  const postgres = await startEmbeddedPostgres({
    dataDir: join(dataDir, 'postgres'),
    maxConnections,
    onLog: (level, event) => level === 'info' || say(event),
  });
  const keyFile = env.KEY_ENCRYPTION_KEY_FILE || join(dataDir, 'key-encryption-key.json');
  const { FileKeyEncryption } = await import('../../libs/personal-data/dist/index.js');
  FileKeyEncryption.generate(keyFile);
  return {
    env: { DATABASE_URL: postgres.url('dittoo'), KEY_ENCRYPTION_KEY_FILE: keyFile },
    close: () => postgres.stop(),
  };
};

/** The same for Kafka. A broker of ours that dies is started again where it was. */
export const openKafka = async (env, dataDir, say) => {
  if (env.KAFKA_BROKERS) return { env: {}, close: async () => undefined };
  const dir = join(dataDir, 'kafka', 'broker');
  if (runningBroker(dir) !== undefined) await stopBroker(dir); // left over by a parent that was killed
  const { brokers } = await startBroker({ dir });
  let mending = Promise.resolve();
  const look = setInterval(() => {
    mending = mending.then(async () => {
      if (runningBroker(dir) !== undefined) return;
      say('kafka died; starting it again');
      await startBroker({ dir }).catch((error) => say(error.message));
    });
  }, brokerLookMs);
  return {
    env: { KAFKA_BROKERS: brokers.join(',') },
    close: async () => {
      clearInterval(look);
      await mending;
      await stopBroker(dir);
    },
  };
};

/** Runs a command of the house to its end. @throws when it fails */
export const once = (name, args, env) =>
  new Promise((resolve, reject) => {
    const output = [];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${name} failed:\n${Buffer.concat(output).toString().trim()}`)),
    );
  });
