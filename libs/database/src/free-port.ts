import { createServer } from 'node:net';

/** Checks or chooses a loopback port, 0 = any. Rejects when it is in use. */
export const freePort = (port: number): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
