import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { TracingConfig } from './tracing.js';

/** What the environment says about the parts every process shares. */
export interface PlatformConfig {
  readonly service: string;
  readonly host: string;
  readonly port: number;
  /** The address that links and processor notifications carry; no trailing slash. */
  readonly publicUrl: string;
  /** Where the embedded default keeps everything. */
  readonly dataDir: string;
  /** `null` = the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | null;
  /** The key ring's own database; `null` = `<database>_keyring` on the same server. */
  readonly keyRingUrl: string | null;
  readonly keyEncryptionKeyFile: string;
  /** May the key file be made when it is not there? Only the embedded default may. */
  readonly generateKeyFile: boolean;
  /** `null` = events travel inside this process. */
  readonly kafka: KafkaConfig | null;
  readonly registerFile: string | null;
  readonly jwksUrl: string;
  readonly clockOffsetMs: number;
  readonly logLevel: string;
  readonly requestsPerMinute: number;
  /** `null` = traces are passed on, and recorded nowhere. */
  readonly tracing: TracingConfig | null;
}

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** PEM of the authority behind the brokers' certificates; `null` = no TLS. */
  readonly caFile: string | null;
  readonly topicPrefix: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Set to nothing is not set. */
const text = (env: Environment, name: string): string | undefined => env[name] || undefined;

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

const duration = /^(?<sign>-)?P(?:(?<days>\d+)D)?(?:T(?:(?<hours>\d+)H)?(?:(?<minutes>\d+)M)?(?:(?<seconds>\d+)S)?)?$/;

/** ISO 8601 duration of days and smaller -> ms. @throws Error naming `name` */
export const durationMs = (text: string, name: string): number => {
  const parts = duration.exec(text)?.groups;
  if (parts === undefined || text.endsWith('P') || text.endsWith('T')) {
    throw new Error(`${name} must be an ISO 8601 duration like PT0S or P30D`);
  }
  const of = (part: string): number => Number(parts[part] ?? 0);
  const seconds = ((of('days') * 24 + of('hours')) * 60 + of('minutes')) * 60 + of('seconds');
  return (parts['sign'] === '-' ? -1 : 1) * seconds * 1000;
};

const integer = (env: Environment, name: string, fallback: number, least: number, most: number): number => {
  const said = text(env, name);
  if (said === undefined) return fallback;
  const value = Number(said);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`${name} must be a whole number from ${least} to ${most}`);
  }
  return value;
};

const url = (env: Environment, name: string, protocols: readonly string[]): string | null => {
  const said = text(env, name);
  if (said === undefined) return null;
  const parsed = URL.canParse(said) ? new URL(said) : undefined;
  if (parsed === undefined || !protocols.includes(parsed.protocol)) {
    throw new Error(`${name} must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`);
  }
  return said;
};

const brokerAddress = /^[\w.-]+:\d{1,5}$|^\[[\da-f:]+\]:\d{1,5}$/i;

/** `null` where KAFKA_BROKERS is not set. @throws Error with the name of the variable that is wrong */
export const readKafkaConfig = (env: Environment): KafkaConfig | null => {
  const addresses = text(env, 'KAFKA_BROKERS');
  if (addresses === undefined) return null;
  const [username, password] = [text(env, 'KAFKA_USERNAME'), text(env, 'KAFKA_PASSWORD')];
  const brokers = addresses.split(',').map((broker) => broker.trim());
  if (!brokers.every((broker) => brokerAddress.test(broker))) {
    throw new Error('KAFKA_BROKERS must be host:port, several with a comma between them');
  }
  if ((username === undefined) !== (password === undefined)) {
    throw new Error('KAFKA_USERNAME and KAFKA_PASSWORD belong together: set both or neither');
  }
  const topicPrefix = env['KAFKA_TOPIC_PREFIX'] ?? 'dittoo.';
  if (!/^[\w.-]{0,100}$/.test(topicPrefix)) throw new Error('KAFKA_TOPIC_PREFIX must be letters, digits, . _ or -');
  return {
    brokers,
    credentials: username === undefined || password === undefined ? null : { username, password },
    caFile: text(env, 'KAFKA_CA_FILE') ?? null,
    topicPrefix,
  };
};

const tracingOf = (env: Environment): TracingConfig | null => {
  const endpoint = url(env, 'OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']);
  const ratio = Number(text(env, 'OTEL_TRACES_SAMPLER_ARG') ?? 1);
  if (!(ratio >= 0 && ratio <= 1)) throw new Error('OTEL_TRACES_SAMPLER_ARG must be a share from 0 to 1');
  return endpoint === null ? null : { endpoint, ratio };
};

/** @throws Error with the name of the variable that is wrong */
export const readPlatformConfig = (env: Environment, service: string): PlatformConfig => {
  const host = text(env, 'HOST') ?? '127.0.0.1';
  if (isIP(host) === 0 && !/^[A-Za-z]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host)) {
    throw new Error('HOST must be an IP address or a host name');
  }
  const port = integer(env, 'PORT', 8080, 0, 65_535);
  const dataDir = resolve(text(env, 'DATA_DIR') ?? './.data');
  const databaseUrl = url(env, 'DATABASE_URL', ['postgres:', 'postgresql:']);
  const keyFile = text(env, 'KEY_ENCRYPTION_KEY_FILE');
  if (databaseUrl !== null && keyFile === undefined) {
    throw new Error('KEY_ENCRYPTION_KEY_FILE must name the key file when DATABASE_URL is set');
  }
  const clockOffset = text(env, 'CLOCK_OFFSET');
  if (clockOffset !== undefined && env['NODE_ENV'] === 'production') {
    throw new Error('CLOCK_OFFSET is for tests and refused when NODE_ENV=production');
  }
  if (text(env, 'EVENT_STORE_URL') !== undefined) {
    throw new Error('EVENT_STORE_URL is not supported by this version: leave it unset');
  }
  const logLevel = text(env, 'LOG_LEVEL') ?? 'info';
  if (!logLevels.includes(logLevel)) throw new Error(`LOG_LEVEL must be one of ${logLevels.join(', ')}`);
  const publicUrl = (url(env, 'PUBLIC_URL', ['http:', 'https:']) ?? `http://${host}:${port}`).replace(/\/+$/, '');
  return {
    service,
    host,
    port,
    publicUrl,
    dataDir,
    databaseUrl,
    keyRingUrl: url(env, 'KEY_RING_DATABASE_URL', ['postgres:', 'postgresql:']),
    keyEncryptionKeyFile: resolve(keyFile ?? `${dataDir}/key-encryption-key.json`),
    generateKeyFile: keyFile === undefined,
    kafka: readKafkaConfig(env),
    registerFile: text(env, 'PROCESSOR_REGISTER_FILE') ?? null,
    jwksUrl: url(env, 'JWKS_URL', ['http:', 'https:']) ?? `http://${host}:${port}/.well-known/jwks.json`,
    clockOffsetMs: clockOffset === undefined ? 0 : durationMs(clockOffset, 'CLOCK_OFFSET'),
    logLevel,
    requestsPerMinute: integer(env, 'REQUESTS_PER_MINUTE', 600, 1, 10_000_000),
    tracing: tracingOf(env),
  };
};
