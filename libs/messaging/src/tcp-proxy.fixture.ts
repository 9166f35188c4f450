import { createConnection, createServer, type Socket } from 'node:net';

/** A TCP proxy between a client and a broker that can drop responses. Loopback only. */
export interface TcpProxy {
  /** From now on requests reach the broker, but its responses are dropped. */
  dropAnswers(): void;
  /** Responses reach the client again; those dropped meanwhile stay lost. */
  carryAnswers(): void;
  /** Ends every connection, as a failing network does, and accepts new ones. */
  cut(): void;
  /** Bytes of responses dropped since `dropAnswers`. */
  readonly dropped: number;
  close(): Promise<void>;
}

export const tcpProxy = async (listenOn: number, forwardTo: number): Promise<TcpProxy> => {
  const pairs = new Set<readonly [Socket, Socket]>();
  let dropping = false;
  let dropped = 0;
  const server = createServer((client) => {
    const broker = createConnection({ host: '127.0.0.1', port: forwardTo });
    const pair = [client, broker] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      broker.destroy();
    };
    client.on('data', (data) => broker.write(data));
    broker.on('data', (data) => {
      if (dropping) dropped += data.length;
      else client.write(data);
    });
    for (const socket of pair) socket.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => server.listen(listenOn, '127.0.0.1', resolve));
  const cut = (): void => {
    dropping = false;
    for (const [client, broker] of pairs) {
      client.destroy();
      broker.destroy();
    }
  };
  return {
    dropAnswers: () => {
      dropped = 0;
      dropping = true;
    },
    carryAnswers: () => {
      dropping = false;
    },
    cut,
    get dropped() {
      return dropped;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
