import { resolve } from 'node:path';
import type { EsdbAddress } from '@dittoo/event-store';
import { readSettings, SettingsError, type ConfigOf, type Environment, type Rule } from '@dittoo/kernel/settings';
import type { TracingConfig } from '../operations/tracing.js';
import { databaseVariables, type DatabaseConfig } from './database.config.js';
import { kafkaConfigOf, kafkaRules, kafkaVariables, type KafkaConfig } from './kafka.config.js';
import { processRules, processVariables, type ProcessValues } from './process.config.js';
import { jwksUrlAt, localUrl } from './public-address.js';
import type { DistributedConfig } from './service.config.js';

/** The configuration that every process has in common. */
export interface PlatformConfig
  extends
    DatabaseConfig,
    Pick<ProcessValues, 'host' | 'port' | 'registerFile' | 'fiscalYearEnd' | 'requestsPerMinute' | 'metricsPort'> {
  readonly service: string;
  /** The address that links and processor notifications carry, with its path prefix; no trailing slash. */
  readonly publicUrl: string;
  /** Most database connections of each part of this process. */
  readonly connections: {
    readonly eventStore: number;
    readonly rows: number;
    readonly keyRing: number;
    readonly typeorm: number;
  };
  readonly keyEncryptionKeyFile: string;
  /** Whether a missing key file is created. Only the embedded default does so. */
  readonly generateKeyFile: boolean;
  /** `null` = the log is in the database. */
  readonly eventStore: EsdbAddress | null;
  /** `null` = events are delivered inside this process. */
  readonly kafka: KafkaConfig | null;
  readonly jwksUrl: string;
  readonly clockOffsetMs: number;
  /** Addresses (or CIDR ranges) of reverse proxies whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies: readonly string[];
  /** `null` = one process runs all services and serves them to the public itself. */
  readonly distributed: DistributedConfig | null;
  /** `null` = trace contexts are passed on, but traces are not recorded. */
  readonly tracing: TracingConfig | null;
}

export const platformSettings = {
  ...processVariables.settings,
  ...databaseVariables.settings,
  ...kafkaVariables.settings,
};
export type PlatformValues = ConfigOf<typeof platformSettings>;

export const platformRules: readonly Rule<PlatformValues>[] = [...processRules, ...kafkaRules];

/** For a process that opens personal data. */
export const keyFileRule: Rule<PlatformValues> = ({ databaseUrl, keyFile }) =>
  databaseUrl !== null && keyFile === null
    ? ['KEY_ENCRYPTION_KEY_FILE must name the key file when DATABASE_URL is set']
    : [];

/** Derived from where the process listens, unless the environment says otherwise. */
interface Addresses {
  readonly publicUrl: string | null;
  readonly jwksUrl: string | null;
}

const ownAddresses = ({ host, port }: Pick<PlatformValues, 'host' | 'port'>): Addresses => {
  const own = localUrl(host, port);
  return { publicUrl: own, jwksUrl: own === null ? null : jwksUrlAt(own) };
};

/** Divides the connections of a process; the event store needs few, because it shares statements. */
const connectionShares = (all: number): PlatformConfig['connections'] => {
  const part = (of42: number, least: number): number => Math.max(least, Math.floor((all * of42) / 42));
  return { eventStore: part(12, 4), rows: part(8, 4), keyRing: part(6, 2), typeorm: part(16, 5) };
};

/** Outside of every pool: LISTEN on the log, the sequencer, and a measurement of either. */
const directConnections = 3;

/** How many connections a process opens at most with `DATABASE_CONNECTIONS=all`, by database server. */
export const serverConnections = (all: number): { readonly main: number; readonly keyRing: number } => {
  const { eventStore, keyRing, rows, typeorm } = connectionShares(all);
  return { main: eventStore + rows + typeorm + directConnections, keyRing };
};

/**
 * @param addresses default addresses of the shop and of identity's keys
 * @throws SettingsError a variable without a default is not set
 */
export const platformConfigOf = (
  values: PlatformValues,
  service: string,
  addresses: Addresses = ownAddresses(values),
): PlatformConfig => {
  const publicUrl = values.publicUrl ?? addresses.publicUrl;
  const jwksUrl = values.jwksUrl ?? addresses.jwksUrl;
  if (publicUrl === null || jwksUrl === null) {
    throw new SettingsError(['PUBLIC_URL and JWKS_URL must be set: no address can be made of HOST']);
  }
  return {
    service,
    host: values.host,
    port: values.port,
    metricsPort: values.metricsPort,
    publicUrl,
    jwksUrl,
    requestsPerMinute: values.requestsPerMinute,
    trustedProxies: values.trustedProxies ?? [],
    dataDir: values.dataDir,
    databaseUrl: values.databaseUrl,
    keyRingUrl: values.keyRingUrl,
    logLevel: values.logLevel,
    connections: connectionShares(values.connections),
    keyEncryptionKeyFile: values.keyFile ?? resolve(values.dataDir, 'key-encryption-key.json'),
    generateKeyFile: values.keyFile === null,
    eventStore: values.eventStore,
    kafka: kafkaConfigOf(values),
    registerFile: values.registerFile,
    fiscalYearEnd: values.fiscalYearEnd,
    clockOffsetMs: values.clockOffsetMs ?? 0,
    tracing: values.tracesEndpoint === null ? null : { endpoint: values.tracesEndpoint, ratio: values.tracesShare },
    distributed: null,
  };
};

/** @throws SettingsError names the wrong variables */
export const readPlatformConfig = (env: Environment, service: string): PlatformConfig =>
  platformConfigOf(readSettings(env, platformSettings, [keyFileRule, ...platformRules]), service);
