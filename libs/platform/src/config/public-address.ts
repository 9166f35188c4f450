import { isIP } from 'node:net';

/** Addresses that mean every address of the machine: to listen on, not to go to. */
const wildcards: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' };

/**
 * `http://<host>:<port>` as a program on this machine reaches what listens on `host`.
 *
 * @returns `null` = no URL can name this host (an IPv6 address with a zone)
 */
export const localUrl = (host: string, port: number): string | null => {
  const url = `http://${isIP(host) === 6 ? `[${host}]` : host}`;
  if (!URL.canParse(url)) return null;
  const { hostname } = new URL(url);
  return `http://${wildcards[hostname] ?? hostname}:${port}`;
};

/** Where the routes are, so no prefix can be. */
const taken = /^\/(api|\.well-known|health)(\/|$)/;

/**
 * PUBLIC_URL as it was set, without its last slash; its path is a prefix of every link.
 *
 * @throws Error naming PUBLIC_URL
 */
export const readPublicUrl = (text: string): string => {
  const { hash, password, pathname, search, username } = new URL(text);
  if (`${hash}${password}${search}${username}` !== '') {
    throw new Error('PUBLIC_URL must be an address, with a path or without, and nothing after or before it');
  }
  if (taken.test(pathname)) throw new Error('PUBLIC_URL may not have a path under /api, /.well-known or /health');
  return text.replace(/\/+$/, '');
};

/** The path of a public address that stands before each of its routes: `/shop`, or empty. */
export const pathPrefixOf = (publicUrl: string): string => new URL(publicUrl).pathname.replace(/\/+$/, '');

/** What follows from where a process listens. */
interface Listening {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number | null;
  readonly publicUrl: string;
  readonly jwksUrl: string;
}

export const jwksUrlAt = (base: string): string => `${base}/.well-known/jwks.json`;

/** The configuration with the ports the system gave, where 0 asked it for any; addresses that were derived follow. */
export const atPorts = <T extends Listening>(
  config: T,
  { port, metricsPort }: { readonly port: number; readonly metricsPort: number | null },
): T => {
  const [asked, given] = [localUrl(config.host, config.port), localUrl(config.host, port)];
  const derived = { publicUrl: config.publicUrl, jwksUrl: config.jwksUrl };
  if (asked !== null && given !== null) {
    if (derived.publicUrl === asked) derived.publicUrl = given;
    if (derived.jwksUrl === jwksUrlAt(asked)) derived.jwksUrl = jwksUrlAt(given);
  }
  return { ...config, port, metricsPort, ...derived };
};
