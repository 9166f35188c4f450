import type { Socket } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { Fault } from '../reception/faults.js';
import type { Reception } from '../reception/reception.js';
import { flattened } from '../reception/received.js';
import type { MailAccount } from '../processor-sandbox.config.js';
import type { MailStore } from './mail-store.js';

type Done = (error?: Error | null) => void;

/**
 * Accepts mail over SMTP, delivers it nowhere, and keeps a copy in Sent as a provider does; mail to the mailbox's own
 * address is put in its INBOX.
 */
export class SmtpServer {
  private readonly server: SMTPServer;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly account: MailAccount,
    private readonly store: MailStore,
    private readonly reception: Reception,
  ) {
    this.server = new SMTPServer({
      name: 'sandbox',
      banner: 'sandbox',
      hideSTARTTLS: true,
      allowInsecureAuth: true,
      authMethods: ['PLAIN', 'LOGIN'],
      disableReverseLookup: true,
      logger: false,
      onAuth: ({ username, password }, session, done) => {
        this.meet('AUTH', session, (error) => {
          if (error) return done(error);
          const known = username === account.user && password === account.password;
          return known ? done(null, { user: account.user }) : done(answer(535, 'no'));
        });
      },
      onMailFrom: (_address, session, done) => this.meet('MAIL', session, done),
      onRcptTo: (_address, session, done) => this.meet('RCPT', session, done),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => void this.accept(Buffer.concat(chunks), session, done));
      },
    });
    // A client that disconnects is not a server error.
    this.server.on('error', () => undefined);
    this.server.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.server.once('error', reject);
      this.server.listen(port, host, () => {
        const bound = this.server.server.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
      });
    });
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async accept(raw: Buffer, session: SMTPServerSession, done: Done): Promise<void> {
    const { received, faults, clock } = this.reception;
    const { from, to, subject, messageId, headers, text, html } = await PostalMime.parse(raw);
    const recipients = session.envelope.rcptTo.map(({ address }) => address);
    const named = Object.fromEntries(headers.map(({ key, value }) => [key, value]));
    const body = {
      envelope: { from: addressOf(session.envelope.mailFrom), to: recipients },
      from: from?.address ?? null,
      to: to?.map(({ address }) => address ?? null) ?? [],
      subject: subject ?? null,
      messageId: messageId ?? null,
      headers: named,
      text: text ?? null,
      html: html ?? null,
    };
    const entry = received.add({
      processor: 'oneMail',
      receivedAt: clock.now(),
      method: 'DATA',
      path: '/smtp',
      query: {},
      rawBody: raw.toString('utf8'),
      body,
      fields: flattened(body),
    });
    const fault = faults.take('oneMail', 'DATA', '/smtp');
    entry.fault = fault?.kind ?? null;
    const deliver = () => {
      const at = new Date(clock.now());
      this.store.sent.add(raw, at, ['\\Seen']);
      if (recipients.includes(this.account.user)) this.store.folder('INBOX')!.add(raw, at);
    };
    this.suffer(fault, session, deliver, (error) => {
      entry.status = error ? ((error as { responseCode?: number }).responseCode ?? 451) : 250;
      done(error);
    });
  }

  private meet(command: string, session: SMTPServerSession, done: Done): void {
    const fault = this.reception.faults.take('oneMail', command, '/smtp');
    this.suffer(fault, session, () => undefined, done);
  }

  private suffer(fault: Fault | null, session: SMTPServerSession, effect: () => void, done: Done): void {
    const cut = () => {
      for (const socket of this.sockets) if (socket.remotePort === session.remotePort) socket.destroy();
    };
    switch (fault?.kind) {
      case 'status':
        return done(answer(fault.status, fault.body ?? 'planted'));
      case 'reset':
        return cut();
      case 'hang':
        return;
      case 'dropAfterEffect':
        effect();
        return cut();
      case 'hangAfterEffect':
        return effect();
      case 'delay':
        setTimeout(() => {
          effect();
          done();
        }, fault.delayMs).unref();
        return;
      default:
        effect();
        return done();
    }
  }
}

const answer = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode });

const addressOf = (from: SMTPServerSession['envelope']['mailFrom']): string | null => (from ? from.address : null);
