import { egressHosts, type Register } from '@dittoo/processor-register';
import { isLoopback } from '@dittoo/kernel';
import { publicOnly } from './addresses.js';

/** A permitted mail server and the shop's login there. */
export interface MailEgress {
  readonly host: string;
  readonly port: number;
  /** `true` = implicit TLS; `false` = STARTTLS is required, except on loopback, which is unencrypted. */
  readonly security: 'tls' | 'startTls' | 'none';
  readonly user: string;
  readonly password: string;
  /** The address to connect to now. @throws Error `EPRIVATE` it is not a public address */
  resolve(): Promise<string>;
}

/**
 * The mail server of a URL that contains the login. The same rule as `egressTo`: a host that the register names for the
 * processor, or loopback; a host reached by STARTTLS counts as named by its TLS endpoint.
 *
 * @throws Error names the variable and the rule, never the URL, which holds the password
 */
export const mailEgressTo = (
  register: Register,
  processorId: string,
  url: string,
  name: string,
  service: 'smtp' | 'imap',
  proxy: string | null = null,
): MailEgress => {
  if (!URL.canParse(url)) throw new Error(`${name} is not a URL`);
  const { protocol, hostname, port: given, username, password } = new URL(url);
  const implicit = protocol === `${service}s:`;
  if (!implicit && protocol !== `${service}:`)
    throw new Error(`${name} must begin with ${service}:// or ${service}s://`);
  if (username === '' || password === '') throw new Error(`${name} must carry user and password`);
  const login = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  const port = given === '' ? defaultPorts[service][implicit ? 'tls' : 'startTls'] : Number(given);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isLoopback(hostname)) {
    return { host, port, security: implicit ? 'tls' : 'none', ...login, resolve: async () => host };
  }
  const known = (['live', 'test'] as const)
    .flatMap((environment) => egressHosts(register, processorId, environment))
    .filter((endpoint) => endpoint.host === host && endpoint.protocol === `${service}s`)
    .some((endpoint) => endpoint.port === port || (!implicit && port === defaultPorts[service].startTls));
  if (!known) throw new Error(`${name} names a host that the register does not allow for ${processorId}`);
  const resolvePublic = (): Promise<string> =>
    new Promise((done, fail) =>
      publicOnly(host, {}, (error, address) => (error === null ? done(String(address)) : fail(error))),
    );
  return {
    host,
    port,
    security: implicit ? 'tls' : 'startTls',
    ...login,
    resolve: proxy === null ? resolvePublic : async () => proxy,
  };
};

const defaultPorts = { smtp: { tls: 465, startTls: 587 }, imap: { tls: 993, startTls: 143 } } as const;
