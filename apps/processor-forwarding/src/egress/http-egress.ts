import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { egressHosts, type Register } from '@dittoo/processor-register';
import { isLoopback } from '@dittoo/kernel';
import { always, publicOnly } from './addresses.js';

export interface Egress {
  readonly base: URL;
  /** Resolves names for connections; refuses private addresses, also when the answer changes later. */
  readonly lookup: LookupFunction;
}

/**
 * Where a processor may be reached: https on a host the register names for it, resolved to a public address. The named
 * exception is loopback, also in plain http: the sandbox of the default profile.
 *
 * @param proxy address of the egress proxy, which passes TLS through to the host in the handshake; then no name is
 *   resolved here, and a host that is not in the register is refused both here and at the proxy
 * @throws Error the address is not allowed; the message names the rule, not the credentials in the address
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
