import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { printsSecrets, readEsdbAddress, type EsdbAddress } from '@dittoo/event-store';
import { Temporal } from 'temporal-polyfill';
import type { DistributedConfig } from './service.config.js';
import { jwksUrlAt, localUrl, readPublicUrl } from './public-address.js';
import type { TracingConfig } from '../operations/tracing.js';

/** Where the rows are. */
export interface DatabaseConfig {
  /** Where the embedded default keeps everything. */
  readonly dataDir: string;
  /** `null` = the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | null;
  /** The key ring's own database; `null` = `<database>_keyring` on the same server. */
  readonly keyRingUrl: string | null;
  readonly logLevel: string;
}

/** What the environment says about the parts every process shares. */
export interface PlatformConfig extends DatabaseConfig {
  readonly service: string;
  readonly host: string;
  readonly port: number;
  /** The address that links and processor notifications carry, with its path prefix; no trailing slash. */
  readonly publicUrl: string;
  /** Connections each part of this process may have at most. */
  readonly connections: {
    readonly eventStore: number;
    readonly rows: number;
    readonly keyRing: number;
    readonly typeorm: number;
  };
  readonly keyEncryptionKeyFile: string;
  /** May the key file be made when it is not there? Only the embedded default may. */
  readonly generateKeyFile: boolean;
  /** `null` = the log is in the database. */
  readonly eventStore: EsdbAddress | null;
  /** `null` = events travel inside this process. */
  readonly kafka: KafkaConfig | null;
  readonly registerFile: string | null;
  /** `MM-DD`, instead of the register's; `null` = the register's. */
  readonly fiscalYearEnd: string | null;
  readonly jwksUrl: string;
  readonly clockOffsetMs: number;
  readonly requestsPerMinute: number;
  /** Addresses (or CIDR ranges) of proxies in front whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Where `/metrics` is served; `null` = nowhere. */
  readonly metricsPort: number | null;
  /** `null` = whoever mounts the services serves them to the public itself, in one process. */
  readonly distributed: DistributedConfig | null;
  /** `null` = traces are passed on, and recorded nowhere. */
  readonly tracing: TracingConfig | null;
}

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** PEM of the authority behind the brokers' certificates; `null` = no TLS. */
  readonly caFile: string | null;
  readonly topicPrefix: string;
  /** How long Kafka waits for a sign of life before it gives a consumer's partitions to somebody else. */
  readonly sessionTimeoutMs: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Set to nothing is not set. */
export const text = (env: Environment, name: string): string | undefined => env[name] || undefined;

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** ISO 8601 duration of days (of 24 hours) and smaller -> ms. @throws Error naming `name` */
export const durationMs = (text: string, name: string): number => {
  try {
    // Without a date to count from, months and years have no length: a RangeError.
    return Temporal.Duration.from(text).total('milliseconds');
  } catch {
    throw new Error(`${name} must be an ISO 8601 duration like PT0S or P30D`);
  }
};

/** `MM-DD`; `null` = not set. */
const dayOfYear = (env: Environment, name: string): string | null => {
  const given = text(env, name);
  if (given === undefined) return null;
  const date = /^\d\d-\d\d$/.test(given) ? new Date(`2024-${given}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(5, 10) !== given) {
    throw new Error(`${name} must be a day like 12-31 (MM-DD)`);
  }
  return given;
};

const integer = (env: Environment, name: string, fallback: number, least: number, most: number): number => {
  const said = text(env, name);
  if (said === undefined) return fallback;
  const value = Number(said);
  // Digits alone: `1e4` and `0x50` are numbers to JavaScript and mistakes to whoever wrote them.
  if (!/^\d{1,15}$/.test(said) || value < least || value > most) {
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
  const sessionTimeoutMs = durationMs(text(env, 'KAFKA_SESSION_TIMEOUT') ?? 'PT30S', 'KAFKA_SESSION_TIMEOUT');
  if (sessionTimeoutMs < 6_000) throw new Error('KAFKA_SESSION_TIMEOUT must be PT6S or more: brokers take no less');
  return {
    brokers,
    credentials: username === undefined || password === undefined ? null : { username, password },
    caFile: text(env, 'KAFKA_CA_FILE') ?? null,
    topicPrefix,
    sessionTimeoutMs,
  };
};

const readEventStoreConfig = (env: Environment): EsdbAddress | null => {
  const said = text(env, 'EVENT_STORE_URL');
  if (said === undefined) return null;
  if (env['NODE_ENV'] === 'production' && printsSecrets(env['DEBUG'])) {
    throw new Error(
      'DEBUG may not name esdb when NODE_ENV=production: the client of EVENT_STORE_URL would print events',
    );
  }
  return readEsdbAddress(said, 'EVENT_STORE_URL');
};

const tracingOf = (env: Environment): TracingConfig | null => {
  const endpoint = url(env, 'OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']);
  const ratio = Number(text(env, 'OTEL_TRACES_SAMPLER_ARG') ?? 1);
  if (!(ratio >= 0 && ratio <= 1)) throw new Error('OTEL_TRACES_SAMPLER_ARG must be a share from 0 to 1');
  return endpoint === null ? null : { endpoint, ratio };
};

/** @throws Error with the name of the variable that is wrong */
export const readDatabaseConfig = (env: Environment): DatabaseConfig => {
  const logLevel = text(env, 'LOG_LEVEL') ?? 'info';
  if (!logLevels.includes(logLevel)) throw new Error(`LOG_LEVEL must be one of ${logLevels.join(', ')}`);
  return {
    dataDir: resolve(text(env, 'DATA_DIR') ?? './.data'),
    databaseUrl: url(env, 'DATABASE_URL', ['postgres:', 'postgresql:']),
    keyRingUrl: url(env, 'KEY_RING_DATABASE_URL', ['postgres:', 'postgresql:']),
    logLevel,
  };
};

/** What one process may have in all, dealt out; the event store shares statements, TypeORM serves everybody else. */
const connectionShares = (env: Environment): PlatformConfig['connections'] => {
  const all = integer(env, 'DATABASE_CONNECTIONS', 42, 14, 1_000);
  const share = (of42: number, least: number): number => Math.max(least, Math.floor((all * of42) / 42));
  return { eventStore: share(12, 4), rows: share(8, 2), keyRing: share(6, 2), typeorm: share(16, 5) };
};

/** @throws Error with the name of the variable that is wrong */
export const readPlatformConfig = (env: Environment, service: string): PlatformConfig => {
  const host = text(env, 'HOST') ?? '127.0.0.1';
  if (isIP(host) === 0 && !/^[A-Za-z]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host)) {
    throw new Error('HOST must be an IP address or a host name');
  }
  const port = integer(env, 'PORT', 8080, 0, 65_535);
  const database = readDatabaseConfig(env);
  const { dataDir, databaseUrl } = database;
  const keyFile = text(env, 'KEY_ENCRYPTION_KEY_FILE');
  if (databaseUrl !== null && keyFile === undefined) {
    throw new Error('KEY_ENCRYPTION_KEY_FILE must name the key file when DATABASE_URL is set');
  }
  const clockOffset = text(env, 'CLOCK_OFFSET');
  if (clockOffset !== undefined && env['NODE_ENV'] === 'production') {
    throw new Error('CLOCK_OFFSET is for tests and refused when NODE_ENV=production');
  }
  const configuredUrl = url(env, 'PUBLIC_URL', ['http:', 'https:']);
  const ownUrl = localUrl(host, port);
  const publicUrl = configuredUrl === null ? ownUrl : readPublicUrl(configuredUrl);
  const jwksUrl = url(env, 'JWKS_URL', ['http:', 'https:']) ?? (ownUrl === null ? null : jwksUrlAt(ownUrl));
  if (publicUrl === null || jwksUrl === null) {
    throw new Error('PUBLIC_URL and JWKS_URL must be set: no address can be made of HOST');
  }
  return {
    ...database,
    service,
    host,
    port,
    publicUrl,
    connections: connectionShares(env),
    keyEncryptionKeyFile: resolve(keyFile ?? `${dataDir}/key-encryption-key.json`),
    generateKeyFile: keyFile === undefined,
    eventStore: readEventStoreConfig(env),
    kafka: readKafkaConfig(env),
    registerFile: text(env, 'PROCESSOR_REGISTER_FILE') ?? null,
    fiscalYearEnd: dayOfYear(env, 'FISCAL_YEAR_END'),
    jwksUrl,
    clockOffsetMs: clockOffset === undefined ? 0 : durationMs(clockOffset, 'CLOCK_OFFSET'),
    requestsPerMinute: integer(env, 'REQUESTS_PER_MINUTE', 600, 1, 10_000_000),
    trustedProxies: proxies(env),
    metricsPort: text(env, 'METRICS_PORT') === undefined ? null : integer(env, 'METRICS_PORT', 0, 0, 65_535),
    distributed: null,
    tracing: tracingOf(env),
  };
};

const proxies = (env: Environment): string[] => {
  const said = (text(env, 'TRUSTED_PROXIES') ?? '').split(',').flatMap((part) => part.trim() || []);
  const isRange = (range: string): boolean => {
    const [address = '', bits = '0'] = range.split('/');
    return isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
  };
  if (!said.every(isRange)) {
    throw new Error(
      'TRUSTED_PROXIES must be IP addresses or ranges like 10.0.0.0/8, several with a comma between them',
    );
  }
  return said;
};
