import { isLoopback } from '@dittoo/kernel';
import {
  bothOrNeither,
  path,
  readSettings,
  setting,
  SettingGroup,
  type ConfigOf,
  type Environment,
  type Rule,
  type Setting,
} from '@dittoo/kernel/settings';
import {
  keyFileRule,
  platformConfigOf,
  platformRules,
  platformSettings,
  type PlatformConfig,
} from './platform.config.js';
import { listeningPort } from './process.config.js';
import { jwksUrlAt, localUrl } from './public-address.js';
import { loopbackUrl, serviceProcesses, servicePorts, type ServiceName } from './service-ports.js';

/** Configuration of a service that runs in its own process, behind the gateway. */
export interface DistributedConfig {
  /** PEM (SPKI, Ed25519) of the key that verifies the gateway's requests; `null` = on loopback, which needs none. */
  readonly verificationKeyFile: string | null;
  /** TLS for callers; with `clientCaFile` they must present a certificate. */
  readonly tls: TlsFiles | null;
  /** TLS for calls to other processes: the trusted authority, and the certificate to present. */
  readonly upstreamTls: UpstreamTlsFiles;
}

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile: string | null;
}

export interface UpstreamTlsFiles {
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

/** Address of another service, as `IDENTITY_URL`. */
export const serviceUrl = (service: ServiceName): Setting<URL> => {
  const standard = loopbackUrl(service);
  return setting(
    `${service.toUpperCase().replaceAll('-', '_')}_URL`,
    { means: `Address of ${service}, without a path.`, default: standard, example: `http://${service}:8080` },
    (given, variable) => {
      const parsed = URL.canParse(given) ? new URL(given) : undefined;
      if (parsed !== undefined && /^https?:$/.test(parsed.protocol) && parsed.pathname === '/' && parsed.search === '')
        return parsed;
      throw new Error(`${variable} must be an address like ${standard}, without a path`);
    },
  );
};

export const serviceVariables = new SettingGroup({
  title: 'Separate processes',
  remark:
    'Each needs `DATABASE_URL`, `KAFKA_BROKERS` and, but for the relay, `KEY_ENCRYPTION_KEY_FILE` as well, and processor-forwarding the addresses of the processors.',
  readBy: serviceProcesses,
  settings: {
    identityUrl: serviceUrl('identity'),
    verificationKeyFile: path('SERVICE_VERIFICATION_KEY_FILE', {
      means: "PEM file (SPKI, Ed25519) of the gateway's public key; must be set where `HOST` is not loopback.",
      otherwise: 'every caller is believed',
      example: '/keys/service-verification-key/service-verification-key.pem',
    }),
    tlsCertFile: path('TLS_CERT_FILE', {
      means: 'PEM file of the certificate of this process.',
      otherwise: 'HTTP',
      example: '/tls/tls.crt',
    }),
    tlsKeyFile: path('TLS_KEY_FILE', {
      means: 'PEM file of the key of `TLS_CERT_FILE`.',
      otherwise: 'HTTP',
      example: '/tls/tls.key',
    }),
    tlsClientCaFile: path('TLS_CLIENT_CA_FILE', {
      means: 'PEM file of the authority whose certificates callers must present; not for the gateway.',
      otherwise: 'callers show none',
      example: '/tls/ca.crt',
    }),
    upstreamCaFile: path('UPSTREAM_CA_FILE', {
      means: 'PEM file of the authority whose certificates this process trusts when it calls another.',
      otherwise: 'those Node.js believes',
      example: '/tls/ca.crt',
    }),
    upstreamCertFile: path('UPSTREAM_CERT_FILE', {
      means: 'PEM file of the certificate this process presents when it calls another.',
      otherwise: 'none is shown',
      example: '/tls/tls.crt',
    }),
    upstreamKeyFile: path('UPSTREAM_KEY_FILE', {
      means: 'PEM file of the key of `UPSTREAM_CERT_FILE`.',
      otherwise: 'none is shown',
      example: '/tls/tls.key',
    }),
  },
});

type ServiceValues = ConfigOf<typeof serviceVariables.settings>;

const tlsRules: readonly Rule<ServiceValues>[] = [
  bothOrNeither(serviceVariables.settings, 'tlsCertFile', 'tlsKeyFile'),
  bothOrNeither(serviceVariables.settings, 'upstreamCertFile', 'upstreamKeyFile'),
  ({ tlsCertFile, tlsClientCaFile, tlsKeyFile }) =>
    tlsClientCaFile !== null && tlsCertFile === null && tlsKeyFile === null
      ? ['TLS_CERT_FILE and TLS_KEY_FILE must be set where TLS_CLIENT_CA_FILE is']
      : [],
];

const settings = { ...platformSettings, ...serviceVariables.settings };

const sharedInfrastructure: Rule<ConfigOf<typeof settings>> = ({ databaseUrl, kafkaBrokers }) =>
  Object.entries({ DATABASE_URL: databaseUrl, KAFKA_BROKERS: kafkaBrokers })
    .filter(([, value]) => value === null)
    .map(([name]) => `${name} must be set: the processes of the shop share it (npm start runs without)`);

/** The gateway is public; the services behind it accept only the gateway. */
const callersOf =
  (service: ServiceName): Rule<ConfigOf<typeof settings>> =>
  ({ host, tlsClientCaFile, verificationKeyFile }) => {
    if (service === 'gateway') {
      return tlsClientCaFile === null
        ? []
        : ['TLS_CLIENT_CA_FILE is for the services behind the gateway: customers have no certificate'];
    }
    return isLoopback(host) || verificationKeyFile !== null
      ? []
      : ['SERVICE_VERIFICATION_KEY_FILE must be set where HOST is not loopback: anybody could call'];
  };

/**
 * The configuration of a service that runs in its own process and shares a database server and Kafka with the others. A
 * service that listens on more than loopback must be able to verify the gateway's requests.
 *
 * @throws SettingsError names the wrong variables
 */
export const readServiceConfig = (env: Environment, service: ServiceName): PlatformConfig => {
  const rules = [
    ...(service === 'relay' ? [] : [keyFileRule]),
    ...platformRules,
    sharedInfrastructure,
    ...tlsRules,
    callersOf(service),
  ];
  const values = readSettings(env, { ...settings, port: listeningPort(servicePorts[service]) }, rules);
  const own = service === 'gateway' ? localUrl(values.host, values.port) : loopbackUrl('gateway');
  const config = platformConfigOf(values, service, { publicUrl: own, jwksUrl: jwksUrlAt(values.identityUrl.origin) });
  return {
    ...config,
    distributed: {
      verificationKeyFile: values.verificationKeyFile,
      tls: tlsFiles(values),
      upstreamTls: upstreamTlsOf(values),
    },
  };
};

const tlsFiles = ({ tlsCertFile, tlsClientCaFile, tlsKeyFile }: ServiceValues): TlsFiles | null =>
  tlsCertFile === null || tlsKeyFile === null
    ? null
    : { certFile: tlsCertFile, keyFile: tlsKeyFile, clientCaFile: tlsClientCaFile };

const upstreamTlsOf = (values: ServiceValues): UpstreamTlsFiles => ({
  caFile: values.upstreamCaFile,
  certFile: values.upstreamCertFile,
  keyFile: values.upstreamKeyFile,
});

/** TLS for calls to other processes. @throws SettingsError names the wrong variables */
export const readUpstreamTls = (env: Environment): UpstreamTlsFiles =>
  upstreamTlsOf(readSettings(env, serviceVariables.settings, tlsRules));
