import { isLoopback } from '@dittoo/kernel';
import {
  duration,
  path,
  readSettings,
  readTogether,
  SettingGroup,
  type ConfigOf,
  type Environment,
  type Rule,
} from '@dittoo/kernel/settings';
import { readUpstreamTls, serviceUrl, type UpstreamTlsFiles } from '@dittoo/platform';

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

const addresses = {
  identity: serviceUrl('identity'),
  rights: serviceUrl('rights'),
  consent: serviceUrl('consent'),
  order: serviceUrl('order'),
  engagement: serviceUrl('engagement'),
  'processor-forwarding': serviceUrl('processor-forwarding'),
  audit: serviceUrl('audit'),
} satisfies Record<UpstreamName, unknown>;

export const upstreamVariables = new SettingGroup({
  title: 'The gateway as a separate process',
  readBy: ['gateway'],
  settings: {
    ...addresses,
    signingKeyFile: path('SERVICE_SIGNING_KEY_FILE', {
      means: "PEM file (PKCS8, Ed25519) of the gateway's private key; must be set where a service is not on loopback.",
      otherwise: 'requests are not signed',
      example: '/keys/service-signing-key/service-signing-key.pem',
    }),
    patienceMs: duration('UPSTREAM_TIMEOUT', {
      means: 'How long a service may take to begin its answer.',
      default: 'PT15S',
      example: 'PT30S',
      least: 'PT1S',
    }),
  },
});

const signedAbroad: Rule<ConfigOf<typeof upstreamVariables.settings>> = (values) => {
  const remote = upstreamNames.find((name) => !isLoopback(values[name].hostname));
  return remote === undefined || values.signingKeyFile !== null
    ? []
    : [`SERVICE_SIGNING_KEY_FILE must be set where ${addresses[remote].variable} is not loopback: it would refuse us`];
};

/** @throws SettingsError with the names of the variables that are wrong */
export const readUpstreamsConfig = (env: Environment): UpstreamsConfig => {
  const { tls, values } = readTogether({
    tls: () => readUpstreamTls(env),
    values: () => readSettings(env, upstreamVariables.settings, [signedAbroad]),
  });
  const { signingKeyFile, patienceMs, ...urls } = values;
  return { urls, signingKeyFile, tls, patienceMs };
};
