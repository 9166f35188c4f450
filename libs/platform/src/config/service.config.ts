import { readPlatformConfig, text, type Environment, type PlatformConfig } from './platform.config.js';

/** Where each process listens when it is not told; the gateway and `npm run apart` know them by the same table. */
export const servicePorts = {
  gateway: 8080,
  identity: 8081,
  rights: 8082,
  consent: 8083,
  order: 8084,
  engagement: 8085,
  'processor-forwarding': 8086,
  audit: 8087,
  relay: 8088,
} as const;

export type ServiceName = keyof typeof servicePorts;

/** A service that runs as a process of its own, behind the gateway. */
export interface DistributedConfig {
  /** PEM (SPKI, Ed25519) that tells the gateway's requests from anybody's; `null` = loopback, where nobody else is. */
  readonly verificationKeyFile: string | null;
  /** TLS towards those who call; with `clientCaFile` they have to show a certificate. */
  readonly tls: TlsFiles | null;
  /** TLS towards the other processes: whom to believe, and what to show them. */
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

/** Does this host mean this very machine? */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);

/**
 * The configuration of a service that runs as a process of its own, on what the processes share: a database server and
 * Kafka. Whoever listens beyond this machine must be able to tell the gateway from anybody else.
 *
 * @throws Error with the name of the variable that is wrong
 */
export const readServiceConfig = (env: Environment, service: ServiceName): PlatformConfig => {
  const own = String(servicePorts[service]);
  const config = readPlatformConfig(
    {
      ...env,
      PORT: text(env, 'PORT') ?? own,
      PUBLIC_URL: text(env, 'PUBLIC_URL') ?? (service === 'gateway' ? undefined : loopbackUrl('gateway')),
      JWKS_URL:
        text(env, 'JWKS_URL') ?? `${text(env, 'IDENTITY_URL') ?? loopbackUrl('identity')}/.well-known/jwks.json`,
    },
    service,
  );
  for (const [name, is] of [
    ['DATABASE_URL', config.databaseUrl],
    ['KAFKA_BROKERS', config.kafka],
  ] as const) {
    if (is === null)
      throw new Error(`${name} must be set: the processes of the shop share it (npm start runs without)`);
  }
  const distributed = {
    verificationKeyFile: text(env, 'SERVICE_VERIFICATION_KEY_FILE') ?? null,
    tls: tlsFiles(env),
    upstreamTls: readUpstreamTls(env),
  };
  // The gateway is for everybody; what stands behind it is for the gateway.
  if (service !== 'gateway' && !isLoopback(config.host) && distributed.verificationKeyFile === null) {
    throw new Error('SERVICE_VERIFICATION_KEY_FILE must be set where HOST is not loopback: anybody could call');
  }
  if (service === 'gateway' && distributed.tls?.clientCaFile != null) {
    throw new Error('TLS_CLIENT_CA_FILE is for the services behind the gateway: customers have no certificate');
  }
  return { ...config, distributed };
};

const loopbackUrl = (service: ServiceName): string => `http://127.0.0.1:${servicePorts[service]}`;

const tlsFiles = (env: Environment): TlsFiles | null => {
  const [certFile, keyFile] = [text(env, 'TLS_CERT_FILE'), text(env, 'TLS_KEY_FILE')];
  const clientCaFile = text(env, 'TLS_CLIENT_CA_FILE') ?? null;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new Error('TLS_CERT_FILE and TLS_KEY_FILE belong together: set both or neither');
  }
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile, clientCaFile };
  if (clientCaFile !== null) throw new Error('TLS_CERT_FILE and TLS_KEY_FILE must be set where TLS_CLIENT_CA_FILE is');
  return null;
};

/** How this process calls the others. @throws Error with the name of the variable that is wrong */
export const readUpstreamTls = (env: Environment): UpstreamTlsFiles => {
  const [certFile, keyFile] = [text(env, 'UPSTREAM_CERT_FILE') ?? null, text(env, 'UPSTREAM_KEY_FILE') ?? null];
  if ((certFile === null) !== (keyFile === null)) {
    throw new Error('UPSTREAM_CERT_FILE and UPSTREAM_KEY_FILE belong together: set both or neither');
  }
  return { caFile: text(env, 'UPSTREAM_CA_FILE') ?? null, certFile, keyFile };
};
