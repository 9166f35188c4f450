/** Whether this host is a loopback address or `localhost`; other names that resolve to one do not count. */
export const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);

/** The URL of a host and port, IPv6 in brackets. */
export const originOf = (host: string, port: number): string => `http://${hostOf(host)}:${port}`;

/** A host as written in a URL. */
export const hostOf = (host: string): string => (host.includes(':') ? `[${host}]` : host);
