/** Does this host name mean this very machine? Names that merely resolve to it do not count, `localhost` excepted. */
export const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);

/** The URL of a host and port, IPv6 in brackets. */
export const originOf = (host: string, port: number): string => `http://${hostOf(host)}:${port}`;

/** A host as a URL says it. */
export const hostOf = (host: string): string => (host.includes(':') ? `[${host}]` : host);
