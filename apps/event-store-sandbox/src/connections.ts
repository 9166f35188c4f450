import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** The connections to the sandbox. A test can cut, stall or refuse them, as a faulty network would. */
export class Connections {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private held = false;
  private port = 0;

  constructor(private readonly behind: number) {}

  /** Listens; a second call uses the same port as the first. @returns the port */
  async open(port = this.port): Promise<number> {
    const server = createServer((socket) => this.join(socket));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    return this.port;
  }

  /** Stops listening: frees the port and cuts open connections. */
  async shut(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    this.cut();
    await closed;
  }

  /** Cuts every connection; new ones are accepted. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** From now on no connection receives an answer, and none is closed. */
  hold(): void {
    this.held = true;
    for (const socket of this.sockets) socket.pause();
  }

  release(): void {
    this.held = false;
    for (const socket of this.sockets) socket.resume();
  }

  private join(client: Socket): void {
    const behind = connect(this.behind, '127.0.0.1');
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      this.sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => undefined);
      one.on('data', (chunk) => {
        if (!other.write(chunk)) {
          one.pause();
          other.once('drain', () => this.held || one.resume());
        }
      });
      one.on('end', () => other.end());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
      if (this.held) one.pause();
    }
  }
}
