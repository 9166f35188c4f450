import { isIP } from 'node:net';

/** Wildcard addresses: valid to listen on, not to connect to. */
const wildcards: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' };

/**
 * `http://<host>:<port>` by which a program on this machine reaches a server that listens on `host`.
 *
 * @returns `null` = no URL can name this host (an IPv6 address with a zone)
 */
export const localUrl = (host: string, port: number): string | null => {
  const url = `http://${isIP(host) === 6 ? `[${host}]` : host}`;
  if (!URL.canParse(url)) return null;
  const { hostname } = new URL(url);
  return `http://${wildcards[hostname] ?? hostname}:${port}`;
};

/** Paths of routes, which a path prefix must not hide. */
const routePaths = /^\/(api|\.well-known|health)(\/|$)/;

/**
 * The configured PUBLIC_URL without a trailing slash; its path is a prefix of every link.
 *
 * @throws Error naming PUBLIC_URL
 */
export const readPublicUrl = (text: string): string => {
  const { hash, password, pathname, search, username } = new URL(text);
  if (`${hash}${password}${search}${username}` !== '') {
    throw new Error('PUBLIC_URL must be an address, with a path or without, and nothing after or before it');
  }
  if (routePaths.test(pathname)) throw new Error('PUBLIC_URL may not have a path under /api, /.well-known or /health');
  return text.replace(/\/+$/, '');
};

/** The path prefix of a public address: `/shop`, or empty. */
export const pathPrefixOf = (publicUrl: string): string => new URL(publicUrl).pathname.replace(/\/+$/, '');

/** Addresses derived from where a process listens. */
interface Listening {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number | null;
  readonly publicUrl: string;
  readonly jwksUrl: string;
}

export const jwksUrlAt = (base: string): string => `${base}/.well-known/jwks.json`;

/** The configuration with the ports assigned by the system in place of 0, also in derived addresses. */
export const atPorts = <T extends Listening>(
  config: T,
  { port, metricsPort }: { readonly port: number; readonly metricsPort: number | null },
): T => {
  const [configured, assigned] = [localUrl(config.host, config.port), localUrl(config.host, port)];
  const derived = { publicUrl: config.publicUrl, jwksUrl: config.jwksUrl };
  if (configured !== null && assigned !== null) {
    if (derived.publicUrl === configured) derived.publicUrl = assigned;
    if (derived.jwksUrl === jwksUrlAt(configured)) derived.jwksUrl = jwksUrlAt(assigned);
  }
  return { ...config, port, metricsPort, ...derived };
};
