/** The settings of every process of the shop, except those of the database and of Kafka. */
import { isIP } from 'node:net';
import { printsSecrets, readEsdbAddress } from '@dittoo/event-store';
import {
  duration,
  path,
  port,
  setting,
  SettingGroup,
  share,
  text,
  url,
  wholeNumber,
  type ConfigOf,
  type Rule,
  type Setting,
} from '@dittoo/kernel/settings';
import { readPublicUrl } from './public-address.js';
import { servicePorts, shopPrograms } from './service-ports.js';

const web = ['http:', 'https:'];

const readDay = (given: string, variable: string): string => {
  const date = /^\d\d-\d\d$/.test(given) ? new Date(`2024-${given}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(5, 10) !== given) {
    throw new Error(`${variable} must be a day like 12-31 (MM-DD)`);
  }
  return given;
};

const isRange = (range: string): boolean => {
  const [address = '', bits = '0'] = range.split('/');
  return isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
};

const readRanges = (given: string, variable: string): readonly string[] => {
  const ranges = given.split(',').flatMap((part) => part.trim() || []);
  if (ranges.every(isRange)) return ranges;
  throw new Error(`${variable} must be IP addresses or ranges like 10.0.0.0/8, several with a comma between them`);
};

/** PORT; each service has its own default. */
export const listeningPort = (standard: number): Setting<number> =>
  port('PORT', {
    means: 'Port on which the program listens; 0 = any free port.',
    default: String(standard),
    otherwise: `${servicePorts.gateway}; a separate process has its own (see Programs)`,
    example: '80',
  });

const listening = {
  host: setting(
    'HOST',
    {
      means: 'IP address or host name on which the program listens.',
      default: '127.0.0.1',
      example: '0.0.0.0',
    },
    (given, variable) => {
      if (isIP(given) !== 0 || /^[A-Za-z]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(given)) return given;
      throw new Error(`${variable} must be an IP address or a host name`);
    },
  ),
  port: listeningPort(servicePorts.gateway),
  /** With its path prefix; no trailing slash. */
  publicUrl: setting(
    'PUBLIC_URL',
    {
      means: "The shop's address in links and in processors' notifications, with its path if it has one.",
      otherwise: 'made of `HOST` and `PORT`; for a separate process the gateway on loopback',
      example: 'https://shop.example.org',
    },
    (given, variable) => {
      if (URL.canParse(given) && web.includes(new URL(given).protocol)) return readPublicUrl(given);
      throw new Error(`${variable} must be a URL that starts with http:// or https://`);
    },
  ),
  jwksUrl: url('JWKS_URL', {
    means: "Address of identity's public keys, which verify sign-ins.",
    otherwise: '`/.well-known/jwks.json` of this process; for a separate process of `IDENTITY_URL`',
    example: 'http://identity:8080/.well-known/jwks.json',
    protocols: web,
  }),
  /** The port of `/metrics`; `null` = not served. */
  metricsPort: port('METRICS_PORT', {
    means: 'Port on which Prometheus reads `/metrics`.',
    otherwise: 'no metrics',
    example: '9464',
  }),
  requestsPerMinute: wholeNumber('REQUESTS_PER_MINUTE', {
    means: 'How many requests per minute the gateway accepts from one address.',
    default: '600',
    example: '1200',
    unit: 'requests a minute',
    least: 1,
    most: 10_000_000,
  }),
  trustedProxies: setting(
    'TRUSTED_PROXIES',
    {
      means: 'Addresses or ranges of reverse proxies whose `X-Forwarded-For` is trusted.',
      otherwise: 'none',
      example: '10.0.0.0/8,::1',
    },
    readRanges,
  ),
};

const storing = {
  connections: wholeNumber('DATABASE_CONNECTIONS', {
    means: 'The most connections of one process to PostgreSQL.',
    default: '42',
    example: '20',
    unit: 'connections',
    least: 15,
    most: 1_000,
  }),
  keyFile: path('KEY_ENCRYPTION_KEY_FILE', {
    means: 'The key file; must be set with `DATABASE_URL`, except for the relay, which opens no personal data.',
    otherwise: 'made in `DATA_DIR`',
    example: '/keys/key-encryption-key/key-encryption-key.json',
  }),
  /** `null` = the log is in the database. */
  eventStore: setting(
    'EVENT_STORE_URL',
    {
      means: 'The EventStoreDB that keeps the log; `?tlsCAFile=/path/ca.crt` names its authority.',
      otherwise: 'the log is in PostgreSQL',
      example: 'esdb://user:password@es.example.org:2113?tls=true',
      isSecret: true,
    },
    readEsdbAddress,
  ),
  /** `null` = the shipped register. */
  registerFile: path('PROCESSOR_REGISTER_FILE', {
    means: 'A register of purposes, processors and retention periods instead of the shipped one.',
    otherwise: 'the shipped register',
    example: '/etc/shop/register.json',
  }),
  /** `MM-DD`; `null` = the register's. */
  fiscalYearEnd: setting(
    'FISCAL_YEAR_END',
    {
      means: 'Last day of the fiscal year (`MM-DD`), from which bookkeeping periods are counted.',
      otherwise: "the register's",
      example: '12-31',
    },
    readDay,
  ),
};

const watching = {
  tracesEndpoint: url('OTEL_EXPORTER_OTLP_ENDPOINT', {
    means: 'Collector of traces (OTLP over HTTP).',
    otherwise: 'traces are recorded nowhere',
    example: 'http://tempo:4318',
    protocols: web,
  }),
  tracesShare: share('OTEL_TRACES_SAMPLER_ARG', {
    means: 'The share of traces that is recorded, from 0 to 1.',
    default: '1',
    example: '0.1',
  }),
  clockOffsetMs: duration('CLOCK_OFFSET', {
    means: 'Moves the clock forward, for tests; refused where `NODE_ENV=production`.',
    otherwise: 'the time it is',
    example: 'P30D',
  }),
  nodeEnv: text('NODE_ENV', {
    means: '`production` refuses settings for tests: `CLOCK_OFFSET`, and a `DEBUG` that prints events.',
    otherwise: 'tests are allowed',
    example: 'production',
  }),
  debug: text('DEBUG', {
    means: 'Debug output of libraries; `esdb*` prints events.',
    otherwise: 'nothing',
    example: 'kafkajs*',
  }),
};

export const processVariables = new SettingGroup({
  title: 'Every process',
  readBy: shopPrograms,
  settings: { ...listening, ...storing, ...watching },
});

export type ProcessValues = ConfigOf<typeof processVariables.settings>;

export const processRules: readonly Rule<ProcessValues>[] = [
  ({ clockOffsetMs, nodeEnv }) =>
    clockOffsetMs !== null && nodeEnv === 'production'
      ? ['CLOCK_OFFSET is for tests and refused when NODE_ENV=production']
      : [],
  ({ debug, eventStore, nodeEnv }) =>
    eventStore !== null && nodeEnv === 'production' && printsSecrets(debug ?? undefined)
      ? ['DEBUG may not name esdb when NODE_ENV=production: the client of EVENT_STORE_URL would print events']
      : [],
];
