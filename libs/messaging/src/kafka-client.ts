import { createRequire } from 'node:module';
import kafkajs, { type Kafka, type LogEntry } from 'kafkajs';

export type { Kafka } from 'kafkajs';

/** How to reach the brokers, and how the names of topics and groups begin. */
export interface KafkaSettings {
  readonly clientId: string;
  /** `host:port`, at least one; the client finds the others. */
  readonly brokers: readonly string[];
  /** SASL/SCRAM-SHA-512; `null` = the listener authenticates nobody. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** PEM of the authority that signed the brokers' certificates; `null` = no TLS. */
  readonly authority: string | null;
  /** First part of every topic's and group's name, so that a cluster can be shared. */
  readonly prefix: string;
  /** How long a response may take. */
  readonly requestTimeoutMs?: number;
}

/** Receives the client's log lines. `details` are names and numbers, never the text of an error. */
export type KafkaLog = (level: 'debug' | 'warn', event: string, details: Readonly<Record<string, unknown>>) => void;

const testedVersion = '2.2.4';
const { Kafka: Client, logLevel } = kafkajs;
const require = createRequire(import.meta.url);

/** @throws Error the installed client is not the version that the workarounds were tested with */
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
 * By itself the client wakes once a millisecond for every connection to check for a waiting request: 5 % of a core
 * each. With this it checks only when there is one. (kafkajs issue 1751; the package has had no release since.)
 *
 * @throws Error the installed package is not the version this was written for
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

/**
 * The client logs every reconnection as ERROR, so it is logged as a warning; real failures are reported by our code.
 */
const forward = ({ level, namespace, log: entry }: LogEntry, log: KafkaLog): void => {
  const details = Object.fromEntries(passedOn.flatMap((name) => (name in entry ? [[name, entry[name]]] : [])));
  log(level <= logLevel.WARN ? 'warn' : 'debug', 'kafka.client', { namespace, text: entry.message, ...details });
};

/** The broker's error number, however the client wrapped it; `undefined` = the error is not from the broker. */
export const brokerErrorCode = (error: unknown): number | undefined => {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const { code, name } = at as { code?: unknown; name: string };
    if (typeof code === 'number' && name.startsWith('KafkaJS')) return code;
  }
  return undefined;
};

/** Whether the client threw this error, not our code. */
export const isClientError = (error: unknown): boolean => error instanceof Error && error.name.startsWith('KafkaJS');

/** Names and codes of an error and its causes, without their messages. */
export const kafkaFailure = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const type = (error as { type?: unknown }).type;
  const inner = error.cause instanceof Error && error.cause !== error ? ` < ${kafkaFailure(error.cause)}` : '';
  return `${error.name}${typeof type === 'string' ? `:${type}` : ''}${inner}`;
};
