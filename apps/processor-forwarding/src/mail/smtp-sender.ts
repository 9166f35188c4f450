import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailEgress } from '../egress/mail-egress.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import type { OutgoingMail } from './outgoing-mail.js';

export interface SmtpTimeouts {
  readonly connectMs: number;
  /** Limit for the whole SMTP session. */
  readonly callMs: number;
}

/** A mail as it is handed over. Exists only while it is being sent. */
export interface ComposedMail {
  readonly to: string;
  readonly raw: Buffer;
}

/** How far the SMTP session got. From `body` on the message may have been accepted although no reply arrived. */
type Stage = 'connecting' | 'login' | 'envelope' | 'body';

interface SmtpError {
  readonly code?: string;
  /** Node's code, where nodemailer replaced it with its own. */
  readonly originalCode?: string;
  readonly responseCode?: number;
}

/**
 * SMTP submission, one connection for each message: a pool would resend by itself after a lost connection, but the
 * queue must decide that. Nothing of the session is logged, and no text of the server is kept.
 *
 * SMTP has no idempotency: after an unknown outcome search the mailbox for the message id before sending it again.
 */
export class SmtpSender {
  /** Domain of the message ids. */
  readonly domain: string;

  constructor(
    private readonly egress: MailEgress,
    private readonly sender: { readonly name: string; readonly address: string },
    private readonly timeouts: SmtpTimeouts,
  ) {
    this.domain = sender.address.split('@').at(-1)!;
  }

  /** @throws TransmissionFailed */
  async send({ raw, to }: ComposedMail): Promise<void> {
    let stage: Stage = 'connecting';
    let connection: SMTPConnection | null = null;
    try {
      const host = await this.egress.resolve();
      connection = this.connectionTo(host);
      const open = connection;
      const failed = new Promise<never>((_resolve, reject) => open.once('error', reject));
      const late = AbortSignal.timeout(this.timeouts.callMs);
      const timedOut = new Promise<never>((_resolve, reject) =>
        late.addEventListener('abort', () => reject(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }))),
      );
      const step = (run: (done: (error?: unknown) => void) => void): Promise<void> =>
        Promise.race([
          new Promise<void>((resolve, reject) => run((error) => (error ? reject(error) : resolve()))),
          failed,
          timedOut,
        ]);
      await step((done) => open.connect(done));
      stage = 'login';
      const { user, password: pass } = this.egress;
      await step((done) => open.login({ user, pass }, done));
      stage = 'envelope';
      // Read only after the server has agreed to take the message.
      const body = Readable.from(
        (async function* () {
          stage = 'body';
          yield raw;
        })(),
      );
      await step((done) => open.send({ from: this.sender.address, to: [to] }, body, done));
    } catch (error) {
      throw failureOf(error as SmtpError, stage);
    } finally {
      // An error after the outcome is known changes nothing, and must not end the process.
      connection?.on('error', () => undefined);
      connection?.close();
    }
  }

  private connectionTo(host: string): SMTPConnection {
    const { port, security, host: name } = this.egress;
    return new SMTPConnection({
      host,
      port,
      name: this.domain,
      ...(isIP(name) === 0 ? { servername: name } : {}),
      secure: security === 'tls',
      requireTLS: security === 'startTls',
      ignoreTLS: security === 'none',
      connectionTimeout: this.timeouts.connectMs,
      greetingTimeout: this.timeouts.connectMs,
      socketTimeout: this.timeouts.callMs,
      maxResponseSize: 64 * 1024,
      logger: false,
      tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true },
    });
  }

  /** Before anything is marked as leaving: a text that cannot be composed fails here. */
  async compose(mail: OutgoingMail): Promise<ComposedMail> {
    const { messageId, to, subject, text, html, language, inReplyTo, automatic, unsubscribeUrl } = mail;
    const raw = await new MailComposer({
      from: { name: oneLine(this.sender.name), address: this.sender.address },
      // One address: text that looks like a list is not parsed as one.
      to: { name: '', address: oneLine(to) },
      subject: oneLine(subject),
      messageId,
      text,
      html,
      headers: {
        'Content-Language': language,
        ...(automatic ? { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' } : {}),
        ...(unsubscribeUrl === null
          ? {}
          : {
              'List-Unsubscribe': `<${oneLine(unsubscribeUrl)}>`,
              'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
            }),
      },
      ...(inReplyTo === null ? {} : { inReplyTo, references: [inReplyTo] }),
      disableFileAccess: true,
      disableUrlAccess: true,
      newline: 'windows',
    })
      .compile()
      .build();
    return { to, raw };
  }
}

/** No header may begin inside another: line breaks and control characters become blanks. */
// eslint-disable-next-line no-control-regex
export const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ').trim();

const untrusted = /TLS|CERT|SSL|SELF_SIGNED|UNABLE_TO/;

/** RFC 5321 §4.2.1: 4yz is temporary, 5yz is permanent; the reply shows that the message was not accepted. */
const failureOf = (error: SmtpError, stage: Stage): TransmissionFailed => {
  if (error instanceof TransmissionFailed) return error;
  const { code = '', originalCode = '', responseCode } = error;
  if (responseCode !== undefined && responseCode >= 400) {
    const failure = `smtp-${responseCode}`;
    // 454: temporary, the login may be right. RFC 4954 §6
    const credentials = stage === 'login' && responseCode >= 500;
    const outcome = stage === 'envelope' || stage === 'body' ? 'rejected' : 'notSent';
    return new TransmissionFailed(failure, outcome, {
      retry: credentials || responseCode < 500,
      ...(credentials ? { credentials } : {}),
    });
  }
  if (code === 'EAUTH') return new TransmissionFailed('smtp-login', 'notSent', { retry: true, credentials: true });
  if (code === 'EENVELOPE' && stage !== 'body') {
    return new TransmissionFailed('address-unusable', 'notSent', { retry: false });
  }
  if (stage === 'body') {
    return new TransmissionFailed(/TIMEDOUT/.test(code) ? 'timeout' : 'connection-lost', 'unknown', { retry: true });
  }
  // The envelope names the recipient: it may have been read although no message was taken.
  const outcome = stage === 'envelope' ? 'rejected' : 'notSent';
  return new TransmissionFailed(untrusted.test(`${code} ${originalCode}`) ? 'untrusted' : 'unreachable', outcome, {
    retry: true,
  });
};
