import { createRequire } from 'node:module';
import kafkajs, { type Kafka, type LogEntry } from 'kafkajs';

export type { Kafka } from 'kafkajs';

/** How to reach the brokers, and what topics and groups of ours are called there. */
export interface KafkaSettings {
  readonly clientId: string;
  /** `host:port`, at least one; the client finds the others. */
  readonly brokers: readonly string[];
  /** SASL/SCRAM-SHA-512; `null` = the listener asks nobody who he is. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** PEM of the authority that signed the brokers' certificates; `null` = no TLS. */
  readonly authority: string | null;
  /** Before every topic and every group, so that a cluster can be shared. */
  readonly prefix: string;
  /** How long an answer may take. */
  readonly requestTimeoutMs?: number;
}

/** Where the client's own words go. `details` are names and numbers, never what a message says. */
export type KafkaLog = (level: 'debug' | 'warn', event: string, details: Readonly<Record<string, unknown>>) => void;

const testedVersion = '2.2.4';
const { Kafka: Client, logLevel } = kafkajs;
const require = createRequire(import.meta.url);

/** @throws Error the installed client is not the one our remedies were tested with */
export const createKafka = (settings: KafkaSettings, log: KafkaLog): Kafka => {
  calmIdleConnections();
  return new Client({
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    connectionTimeout: 3_000,
    authenticationTimeout: 10_000,
    requestTimeout: settings.requestTimeoutMs ?? 30_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 200, factor: 0.2, multiplier: 2, maxRetryTime: 5_000, retries: 5 },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => forward(entry, log),
    ...(settings.authority === null ? {} : { ssl: { ca: [settings.authority], rejectUnauthorized: true } }),
    ...(settings.credentials === null ? {} : { sasl: { mechanism: 'scram-sha-512', ...settings.credentials } }),
  });
};

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
}
type Schedule = (this: RequestQueue) => void;
const calmed = Symbol('calmed');

/**
 * The client wakes once a millisecond for every connection, for ever, to see whether a request waits: 5 % of a core
 * each. Here it looks only when there is one. (kafkajs issue 1751; the package has had no release since.)
 *
 * @throws Error the package is another than the one this was written for
 */
export const calmIdleConnections = (): void => {
  const { version } = require('kafkajs/package.json') as { version: string };
  const queue = (require('kafkajs/src/network/requestQueue') as { prototype: Record<string | symbol, unknown> })
    .prototype;
  const schedule = queue['scheduleCheckPendingRequests'];
  if (version !== testedVersion || typeof schedule !== 'function') {
    throw new Error(`kafkajs ${version} is installed, ${testedVersion} is what this code was tested with`);
  }
  if (queue[calmed] === true) return;
  queue[calmed] = true;
  queue['scheduleCheckPendingRequests'] = function (this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) (schedule as Schedule).call(this);
  };
};

const passedOn = ['groupId', 'broker', 'topic', 'partition', 'retryCount', 'retryTime', 'clientId'] as const;

/** The client cries ERROR at every reconnection; what really failed, our own code says. */
const forward = ({ level, namespace, log: entry }: LogEntry, log: KafkaLog): void => {
  const details = Object.fromEntries(passedOn.flatMap((name) => (name in entry ? [[name, entry[name]]] : [])));
  log(level <= logLevel.WARN ? 'warn' : 'debug', 'kafka.client', { namespace, said: entry.message, ...details });
};

/** The broker's error number, wherever the client has wrapped it; `undefined` = the error is not the broker's. */
export const brokerErrorCode = (error: unknown): number | undefined => {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const { code, name } = at as { code?: unknown; name: string };
    if (typeof code === 'number' && name.startsWith('KafkaJS')) return code;
  }
  return undefined;
};

/** An error of the client, as against one of ours. */
export const isClientError = (error: unknown): boolean => error instanceof Error && error.name.startsWith('KafkaJS');

/** Names and codes of an error and what caused it: what went wrong, without what was said. */
export const kafkaFailure = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const type = (error as { type?: unknown }).type;
  const inner = error.cause instanceof Error && error.cause !== error ? ` < ${kafkaFailure(error.cause)}` : '';
  return `${error.name}${typeof type === 'string' ? `:${type}` : ''}${inner}`;
};
