/** The URL of a host and port, IPv6 in brackets. */
export const originOf = (host: string, port: number): string => `http://${hostOf(host)}:${port}`;

/** A host as written in a URL. */
export const hostOf = (host: string): string => (host.includes(':') ? `[${host}]` : host);
