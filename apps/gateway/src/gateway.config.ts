import {
  durationMs,
  isLoopback,
  readUpstreamTls,
  servicePorts,
  type Environment,
  type UpstreamTlsFiles,
} from '@dittoo/platform';

/** The services that may have routes behind the gateway; the first word of each one's variable. */
export const upstreamNames = [
  'identity',
  'rights',
  'consent',
  'order',
  'engagement',
  'processor-forwarding',
  'audit',
] as const;
export type UpstreamName = (typeof upstreamNames)[number];

/** Where the services are that this gateway stands in front of. */
export interface UpstreamsConfig {
  readonly urls: { readonly [name in UpstreamName]: URL };
  /** PEM (PKCS8, Ed25519) the gateway signs with towards the services; `null` = they are on loopback and believe anybody. */
  readonly signingKeyFile: string | null;
  readonly tls: UpstreamTlsFiles;
  /** How long a service may think before it begins to answer. */
  readonly patienceMs: number;
}

const variableOf = (name: UpstreamName): string => `${name.toUpperCase().replaceAll('-', '_')}_URL`;

/** @throws Error with the name of the variable that is wrong */
export const readUpstreamsConfig = (env: Environment): UpstreamsConfig => {
  const urls = Object.fromEntries(
    upstreamNames.map((name) => {
      const variable = variableOf(name);
      const text = env[variable] || `http://127.0.0.1:${servicePorts[name]}`;
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
        throw new Error(`${variable} must be an address like http://127.0.0.1:${servicePorts[name]}, without a path`);
      }
      return [name, url];
    }),
  ) as UpstreamsConfig['urls'];
  const signingKeyFile = env['SERVICE_SIGNING_KEY_FILE'] || null;
  const away = upstreamNames.find((name) => !isLoopback(urls[name].hostname));
  if (away !== undefined && signingKeyFile === null) {
    throw new Error(
      `SERVICE_SIGNING_KEY_FILE must be set where ${variableOf(away)} is not loopback: it would refuse us`,
    );
  }
  const patienceMs = durationMs(env['UPSTREAM_TIMEOUT'] || 'PT15S', 'UPSTREAM_TIMEOUT');
  if (patienceMs < 1_000) throw new Error('UPSTREAM_TIMEOUT must be PT1S or more');
  return { urls, signingKeyFile, tls: readUpstreamTls(env), patienceMs };
};
