/** Does this host name mean this very machine? Names that merely resolve to it do not count, `localhost` excepted. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
