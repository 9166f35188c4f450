import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { egressHosts, type Register } from '@dittoo/processor-register';

const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);

/** Addresses that are no processor's: a name that leads there is a mistake or an attack. */
const inside = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  inside.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  inside.addSubnet(net, bits, 'ipv6');
}

export const isInside = (address: string): boolean => inside.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** A mail server as it may be reached, and our login there. */
export interface MailEgress {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS, which is demanded. Loopback speaks in the clear. */
  readonly security: 'tls' | 'startTls' | 'none';
  readonly user: string;
  readonly password: string;
  /** The address to connect to now. @throws Error `EPRIVATE` it is no public one */
  resolve(): Promise<string>;
}

export interface Egress {
  readonly base: URL;
  /** Resolves names for connections; refuses private addresses, also when the answer changes later. */
  readonly lookup: LookupFunction;
}

/**
 * Where a processor may be reached: https on a host the register names for it, resolved to a public address. The named
 * exception is loopback, also in plain http: the sandbox of the default profile.
 *
 * @param proxy address of the egress proxy, which carries TLS unopened to the host it is greeted with; then no name is
 * resolved here, and what the register does not name is refused here and there
 * @throws Error the address is not one of these; says which rule, not the address' credentials
 */
export const egressTo = (
  register: Register,
  processorId: string,
  url: string,
  name: string,
  proxy: string | null = null,
): Egress => {
  if (!URL.canParse(url)) throw new Error(`${name} is not a URL`);
  const base = new URL(url.endsWith('/') ? url : `${url}/`);
  if (base.username !== '' || base.password !== '') throw new Error(`${name} must not carry credentials`);
  if (isLoopback(base.hostname) && (base.protocol === 'http:' || base.protocol === 'https:')) {
    return { base, lookup: resolve as LookupFunction };
  }
  if (base.protocol !== 'https:') throw new Error(`${name} must be https; plain http is for loopback only`);
  const port = Number(base.port === '' ? 443 : base.port);
  const known = (['live', 'test'] as const)
    .flatMap((environment) => egressHosts(register, processorId, environment))
    .some((endpoint) => endpoint.host === base.hostname && endpoint.port === port && endpoint.protocol === 'https');
  if (!known) throw new Error(`${name} names a host that the register does not allow for ${processorId}`);
  return { base, lookup: proxy === null ? publicOnly : always(proxy) };
};

/**
 * Where a mail server may be reached, from a URL with our login in it. The same rule as `egressTo`: what the register
 * names for the processor, or loopback; a host reached by STARTTLS counts as named by its TLS endpoint.
 *
 * @throws Error names the variable and the rule, never the URL: the password stands in it
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

const always =
  (address: string): LookupFunction =>
  (_hostname, options, callback) => {
    const family = isIP(address);
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };

const publicOnly: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 0);
    const first = addresses[0];
    if (first === undefined || addresses.some(({ address }) => isInside(address))) {
      return callback(Object.assign(new Error('resolves to a private address'), { code: 'EPRIVATE' }), '', 0);
    }
    return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};
