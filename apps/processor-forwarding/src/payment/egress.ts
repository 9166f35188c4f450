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
