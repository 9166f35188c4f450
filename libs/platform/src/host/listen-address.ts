import { createServer, type AddressInfo, type Server } from 'node:net';

/** An address bound from the beginning of a start, so that an occupied port is detected before anything else. */
export interface HeldAddress {
  /** The assigned port, where 0 was requested. */
  readonly port: number;
  /** Releases the address for the server that will listen on it. Safe to repeat. */
  release(): Promise<void>;
}

/**
 * Binds `host`:`port`. Connections before its release are refused at once, as if nothing listened.
 *
 * @throws Error one sentence that names `variable` or HOST, and says what to do
 */
export const holdAddress = async (host: string, port: number, variable = 'PORT'): Promise<HeldAddress> => {
  const holder = createServer((socket) => socket.resetAndDestroy());
  await new Promise<void>((resolve, reject) => {
    holder.once('error', (error) => reject(listenFailure(error, host, port, variable)));
    holder.listen({ host, port }, resolve);
  });
  return { port: (holder.address() as AddressInfo).port, release: () => closed(holder) };
};

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** Why nothing can listen there, in a sentence for the operator who set the address. */
export const listenFailure = (error: NodeJS.ErrnoException, host: string, port: number, variable = 'PORT'): Error => {
  const said = (sentence: string): Error => new Error(sentence, { cause: error });
  switch (error.code) {
    case 'EADDRINUSE':
      return said(
        `${variable} ${port} on HOST ${host} is taken by another program: stop it, or set another ${variable}`,
      );
    case 'EACCES':
    case 'EPERM':
      return said(`${variable} ${port} on HOST ${host} is not allowed for this user: set a ${variable} above 1023`);
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return said(`HOST ${host} is no address of this machine: set one that is, or leave it out for 127.0.0.1`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return said(`HOST ${host} is a name nobody knows: set an address of this machine, or leave it out for 127.0.0.1`);
    default:
      return said(`${variable} ${port} on HOST ${host} cannot be listened on (${error.code ?? error.message})`);
  }
};
