import { isIP } from 'node:net';
import { ImapFlow } from 'imapflow';
import type { MailEgress } from '../egress/mail-egress.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';

export interface ImapTimeouts {
  readonly connectMs: number;
  /** Longest pause of the server. */
  readonly callMs: number;
}

/** Opens a connection for one piece of work and closes it afterwards; every error becomes a `TransmissionFailed`. */
export class ImapConnection {
  constructor(
    private readonly egress: MailEgress,
    private readonly timeouts: ImapTimeouts,
  ) {}

  async run<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    let client: ImapFlow | null = null;
    try {
      const { port, security, host: name, user, password: pass } = this.egress;
      client = new ImapFlow({
        host: await this.egress.resolve(),
        port,
        ...(isIP(name) === 0 ? { servername: name } : {}),
        secure: security === 'tls',
        doSTARTTLS: security === 'startTls',
        auth: { user, pass },
        logger: false,
        disableAutoIdle: true,
        disableCompression: true,
        connectionTimeout: this.timeouts.connectMs,
        greetingTimeout: this.timeouts.connectMs,
        socketTimeout: this.timeouts.callMs,
        tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true },
      });
      // The pending command rejects as well; an event nobody listens to would end the process.
      client.on('error', () => undefined);
      await client.connect();
      const result = await work(client);
      await client.logout().catch(() => undefined);
      return result;
    } catch (error) {
      throw failureOf(error);
    } finally {
      client?.close();
    }
  }
}

const failureOf = (error: unknown): TransmissionFailed => {
  if (error instanceof TransmissionFailed) return error;
  const {
    authenticationFailed,
    code = '',
    responseStatus,
  } = error as {
    authenticationFailed?: boolean;
    code?: string;
    responseStatus?: string;
  };
  if (authenticationFailed === true) {
    return new TransmissionFailed('imap-login', 'rejected', { retry: true, credentials: true });
  }
  if (responseStatus !== undefined) return new TransmissionFailed('imap-refused', 'rejected', { retry: true });
  if (/CERT|SELF_SIGNED|UNABLE_TO|SSL/.test(code))
    return new TransmissionFailed('untrusted', 'notSent', { retry: true });
  return new TransmissionFailed(/TIMEOUT/i.test(code) ? 'timeout' : 'unreachable', 'unknown', { retry: true });
};
