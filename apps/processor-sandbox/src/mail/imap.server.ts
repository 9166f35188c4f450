import { createServer, type Server, type Socket } from 'node:net';
import type { Faults } from '../reception/faults.js';
import { ImapLines } from './imap-line.js';
import type { MailAccount } from '../processor-sandbox.config.js';
import { ImapSession } from './imap-session.js';
import type { MailStore } from './mail-store.js';

/** IMAP over plain TCP; loopback only, as everything here. */
export class ImapServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(account: MailAccount, store: MailStore, faults: Faults) {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket)).on('error', () => socket.destroy());
      const session = new ImapSession(account, store, faults);
      const lines = new ImapLines();
      let hanging = false;
      socket.write(session.greeting);
      socket.on('data', (bytes: Buffer) => {
        if (hanging) return;
        for (const line of lines.push(bytes, () => socket.write('+ go on\r\n'))) {
          const answer = session.handle(line);
          if (answer === 'reset') return void socket.resetAndDestroy();
          if (answer === 'hang') return void (hanging = true);
          socket.write(answer, 'latin1');
          if (session.closed) return void socket.end();
        }
      });
    });
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject).listen(port, host, () => {
        const bound = this.server.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
      });
    });
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
