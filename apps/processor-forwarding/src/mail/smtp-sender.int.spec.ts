/*
 * Promised: the provider's reply decides the outcome. Before the message is accepted nothing has an effect, a reply is
 * authoritative, and a missing reply after the message is "unknown" and never "failed". Entered text cannot add a
 * header.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { loadRegister } from '@dittoo/processor-register';
import { startProcessorSandbox, type ProcessorSandbox } from '@dittoo/processor-sandbox';
import { SMTPServer } from 'smtp-server';
import { mailEgressTo } from '../egress/mail-egress.js';
import { ImapMailbox } from '../mailbox/imap-mailbox.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import type { OutgoingMail } from './outgoing-mail.js';
import { SmtpSender } from './smtp-sender.js';

const register = loadRegister();
const timeouts = { connectMs: 2_000, callMs: 600 };
let sandbox: ProcessorSandbox;

const send = async (sender: SmtpSender, outgoing: OutgoingMail): Promise<void> => sender.send(await sender.compose(outgoing)); // prettier-ignore
const adapter = (smtp = sandbox.urls.smtp): SmtpSender =>
  new SmtpSender(
    mailEgressTo(register, 'oneMail', smtp, 'MAIL_SMTP_URL', 'smtp'),
    { name: 'DITT:OO', address: 'kundtjanst@example.org' },
    timeouts,
  );

const mailbox = () =>
  new ImapMailbox(mailEgressTo(register, 'oneMail', sandbox.urls.imap, 'MAIL_IMAP_URL', 'imap'), timeouts);

const mail: OutgoingMail = {
  messageId: '<11111111-1111-4111-8111-111111111111@example.org>',
  to: 'astrid@example.org',
  language: 'sv',
  subject: 'Hej på dig',
  text: 'Välkommen.\n.\nEn punkt ovan.',
  html: '<p>Välkommen.</p>',
  inReplyTo: null,
  automatic: true,
  unsubscribeUrl: null,
};

const plant = async (fault: Record<string, string | number>): Promise<void> => {
  const planted = await fetch(`${sandbox.urls.sandbox}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ processor: 'oneMail', ...fault }),
  });
  if (planted.status !== 201) throw new Error(await planted.text());
};

const failure = async (sending: Promise<void>): Promise<TransmissionFailed> => {
  const error = await sending.then(
    () => null,
    (failed: unknown) => failed,
  );
  expect(error).toBeInstanceOf(TransmissionFailed);
  return error as TransmissionFailed;
};

beforeAll(async () => {
  sandbox = await startProcessorSandbox({ host: '127.0.0.1', payson: { agentId: 'a', apiKey: 'b' } });
});
afterAll(() => sandbox.close());
afterEach(async () => {
  await fetch(`${sandbox.urls.sandbox}/requests`, { method: 'DELETE' });
  await fetch(`${sandbox.urls.sandbox}/oneMail/messages`, { method: 'DELETE' });
  await fetch(`${sandbox.urls.sandbox}/faults`, { method: 'DELETE' });
});

const received = () => sandbox.received().filter(({ processor }) => processor === 'oneMail');

describe('what is sent', () => {
  it('arrives unchanged, in text and HTML, and is in Sent under its message id', async () => {
    await send(adapter(), mail);
    const [one] = received();
    expect(one!.body).toMatchObject({
      envelope: { from: 'kundtjanst@example.org', to: ['astrid@example.org'] },
      from: 'kundtjanst@example.org',
      subject: mail.subject,
      messageId: mail.messageId,
      headers: { 'auto-submitted': 'auto-generated', 'content-language': 'sv' },
      html: expect.stringContaining('Välkommen.'),
    });
    expect((one!.body as { text: string }).text.trim()).toBe(mail.text);
    const found = await mailbox().find([mail.messageId]);
    expect(found.map(({ folder, messageId }) => [folder, messageId])).toEqual([['INBOX.Sent', mail.messageId]]);
  });

  it('lets entered text add no header and no second recipient', async () => {
    const typed = 'Hej\r\nBcc: eve@example.org\nX-Own: 1\u2028Reply-To: eve@example.org';
    await send(adapter(), { ...mail, subject: typed, to: 'astrid@example.org\r\nBcc: eve@example.org' }).catch(() => undefined); // prettier-ignore
    await send(adapter(), { ...mail, subject: typed });
    for (const { body } of received()) {
      const { headers, envelope } = body as { headers: Record<string, string>; envelope: { to: string[] } };
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['bcc']));
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x-own']));
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['reply-to']));
      expect(envelope.to).toHaveLength(1);
      expect(envelope.to).not.toContain('eve@example.org');
    }
  });

  it('carries the one-click unsubscription where there is one', async () => {
    await send(adapter(), { ...mail, unsubscribeUrl: 'https://shop.example.org/u/token' });
    expect((received()[0]!.body as { headers: object }).headers).toMatchObject({
      'list-unsubscribe': '<https://shop.example.org/u/token>',
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
    });
  });
});

describe('what went wrong', () => {
  it.each([
    ['MAIL', 451, 'smtp-451', true],
    ['RCPT', 550, 'smtp-550', false],
    ['RCPT', 450, 'smtp-450', true],
    ['DATA', 452, 'smtp-452', true],
    ['DATA', 554, 'smtp-554', false],
  ])('%s answered with %d is rejected', async (method, status, word, retry) => {
    await plant({ method, kind: 'status', status });
    expect(await failure(send(adapter(), mail))).toMatchObject({
      failure: word,
      outcome: 'rejected',
      then: { retry },
    });
    expect(await mailbox().find([mail.messageId])).toEqual([]);
  });

  it('refused credentials need an operator, and use up no attempt', async () => {
    await plant({ method: 'AUTH', kind: 'status', status: 535 });
    expect(await failure(send(adapter(), mail))).toMatchObject({
      outcome: 'notSent',
      then: { retry: true, credentials: true },
    });
  });

  it.each(['dropAfterEffect', 'hangAfterEffect'])('silence after the message (%s) is unknown', async (kind) => {
    await plant({ method: 'DATA', kind });
    expect(await failure(send(adapter(), mail))).toMatchObject({ outcome: 'unknown', then: { retry: true } });
    expect(await mailbox().find([mail.messageId])).toHaveLength(1);
  });

  it('a connection lost before the message was accepted sent nothing', async () => {
    await plant({ method: 'MAIL', kind: 'reset' });
    expect(await failure(send(adapter(), mail))).toMatchObject({ outcome: 'rejected', then: { retry: true } });
    await plant({ method: 'AUTH', kind: 'hang' });
    expect(await failure(send(adapter(), mail))).toMatchObject({ outcome: 'notSent', then: { retry: true } });
    const nobody = sandbox.urls.smtp.replace(/:\d+$/, ':1');
    expect(await failure(send(adapter(nobody), mail))).toMatchObject({ failure: 'unreachable', outcome: 'notSent' });
  });

  it('a server without a trusted certificate is sent nothing, not even the password', async () => {
    let asked = 0;
    const self = new SMTPServer({ secure: true, logger: false, onAuth: (_auth, _session, done) => done(null, { user: ++asked }) }); // prettier-ignore
    self.on('error', () => undefined);
    const port = await new Promise<number>((resolve) => {
      self.listen(0, '127.0.0.1', () => resolve((self.server.address() as { port: number }).port));
    });
    const failed = await failure(send(adapter(`smtps://user:secret@127.0.0.1:${port}`), mail));
    expect(failed).toMatchObject({ failure: 'untrusted', outcome: 'notSent' });
    expect(asked).toBe(0);
    await new Promise<void>((resolve) => self.close(() => resolve()));
  });

  it('is reported by internal codes: neither login nor address nor a text of the server', async () => {
    await plant({ method: 'RCPT', kind: 'status', status: 550, body: 'no such user astrid@example.org' });
    const { message, stack } = await failure(send(adapter(), mail));
    expect(`${message} ${stack}`).not.toMatch(/astrid|sandbox-password|no such user/);
  });
});
