/* Promised: what `mailbox.contract.ts` says, over IMAP; and a failed answer is never taken for an empty one. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadRegister } from '@dittoo/processor-register';
import { startProcessorSandbox, type ProcessorSandbox } from '@dittoo/processor-sandbox';
import { mailEgressTo } from '../egress/mail-egress.js';
import { ImapMailbox } from './imap-mailbox.js';
import { mailboxContract, type MailboxFixture } from './mailbox.contract.js';

let sandbox: ProcessorSandbox;
let fixture: MailboxFixture;
const adapterFor = (url: string) =>
  new ImapMailbox(mailEgressTo(loadRegister(), 'oneMail', url, 'MAIL_IMAP_URL', 'imap'), {
    connectMs: 2_000,
    callMs: 1_000,
  });
const post = (path: string, body: object) =>
  fetch(`${sandbox.urls.sandbox}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

beforeAll(async () => {
  sandbox = await startProcessorSandbox({ host: '127.0.0.1', payson: { agentId: 'a', apiKey: 'b' } });
  const messages = `${sandbox.urls.sandbox}/oneMail/messages`;
  fixture = {
    mailbox: adapterFor(sandbox.urls.imap),
    put: async (raw, at = {}) => {
      const put = (await (await post('oneMail/messages', { raw, ...at })).json()) as {
        folder: string;
        uidValidity: number;
        uid: number;
      };
      return { ...put, uidValidity: String(put.uidValidity) };
    },
    contents: async () => {
      const { items } = (await (await fetch(messages)).json()) as { items: { folder: string; messageId: string }[] };
      return items.map(({ folder, messageId }) => `${folder}/${messageId}`);
    },
    clear: async () => void (await fetch(messages, { method: 'DELETE' })),
  };
});
afterAll(() => sandbox.close());

mailboxContract({ inbox: 'INBOX', trash: 'INBOX.Trash' }, () => fixture);

describe('the connection', () => {
  it.each([
    ['UID SEARCH', 'status', 'imap-refused'],
    ['UID STORE', 'reset', 'imap-refused'],
    ['UID EXPUNGE', 'status', 'not-expunged'],
  ])('%s that fails (%s) is an error, and no deletion', async (path, kind, failure) => {
    const place = await fixture.put('Message-ID: <a@example.org>\r\n\r\nx');
    await post('faults', { processor: 'oneMail', method: 'IMAP', path, kind });
    await expect(fixture.mailbox.delete([place])).rejects.toMatchObject({ failure });
    expect(await fixture.contents()).not.toEqual([]);
    await fixture.mailbox.delete([place]);
    await fetch(`${sandbox.urls.sandbox}/faults`, { method: 'DELETE' });
  });

  it('ends when the other side falls silent', async () => {
    await post('faults', { processor: 'oneMail', method: 'IMAP', path: 'LIST', kind: 'hang' });
    await expect(fixture.mailbox.find(['<a@example.org>'])).rejects.toMatchObject({ name: 'TransmissionFailed' });
    await fetch(`${sandbox.urls.sandbox}/faults`, { method: 'DELETE' });
  });

  it('tells refused credentials from everything else', async () => {
    const wrong = sandbox.urls.imap.replace(/:[^:@]+@/, ':wrong@');
    await expect(adapterFor(wrong).find([])).rejects.toMatchObject({ then: { credentials: true } });
    const nobody = sandbox.urls.imap.replace(/:\d+$/, ':1');
    await expect(adapterFor(nobody).find([])).rejects.toMatchObject({ failure: 'unreachable' });
  });
});
