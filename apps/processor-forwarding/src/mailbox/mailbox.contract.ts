import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ImapMailbox } from './imap-mailbox.js';
import type { MessagePlace } from './messages.js';

/** A mailbox, and a way to put messages into it. */
export interface MailboxFixture {
  readonly mailbox: ImapMailbox;
  /** Puts a message into a folder, received then. */
  put(raw: string, at?: { folder?: string; receivedAt?: string }): Promise<MessagePlace>;
  /** All messages in it: `folder/message id`. */
  contents(): Promise<string[]>;
  clear(): Promise<void>;
}

const message = (id: string, more = '', text = 'Hej!'): string =>
  `From: Astrid Exempel <astrid@example.org>\r\nTo: kundtjanst@example.org\r\nSubject: =?UTF-8?Q?Fr=C3=A5ga?=\r\n` +
  `Message-ID: <${id}@mail.example.org>\r\n${more}Content-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n`;
const idOf = (id: string) => `<${id}@mail.example.org>`;

/** What the mailbox promises. */
export const mailboxContract = (
  { inbox, trash }: { readonly inbox: string; readonly trash: string },
  fixture: () => MailboxFixture,
): void => {
  beforeEach(() => fixture().clear());

  describe('reading on', () => {
    it('lists what is new, oldest first, in portions, and nothing twice', async () => {
      const { mailbox, put } = fixture();
      for (const id of ['a', 'b', 'c']) await put(message(id));
      const first = await mailbox.listNew(inbox, null, 2);
      expect(first.messages.map(({ messageId }) => messageId)).toEqual([idOf('a'), idOf('b')]);
      const second = await mailbox.listNew(inbox, first.cursor, 2);
      expect(second.messages.map(({ messageId }) => messageId)).toEqual([idOf('c')]);
      const third = await mailbox.listNew(inbox, second.cursor, 2);
      expect(third).toEqual({ messages: [], cursor: second.cursor, rescanned: false });
    });

    it('starts over when the uid validity changed, and reports it', async () => {
      const { mailbox, put } = fixture();
      await put(message('a'));
      const { messages, rescanned } = await mailbox.listNew(inbox, { uidValidity: '1', lastUid: 4_000 }, 10);
      expect(rescanned).toBe(true);
      expect(messages).toHaveLength(1);
    });
  });

  describe('fetching', () => {
    it('returns what a support case stores, and leaves the message unread', async () => {
      const { mailbox, put } = fixture();
      const place = await put(
        message(
          'a',
          'In-Reply-To: <one@example.org>\r\nReferences: <zero@example.org>\r\n <one@example.org>\r\n',
          'Blåbär',
        ),
        { receivedAt: '2026-11-20T10:00:00Z' },
      );
      expect(await mailbox.fetch(place)).toEqual({
        ...place,
        messageId: idOf('a'),
        receivedAt: '2026-11-20T10:00:00.000Z',
        from: 'astrid@example.org',
        subject: 'Fråga',
        text: expect.stringContaining('Blåbär'),
        inReplyTo: '<one@example.org>',
        references: ['<zero@example.org>', '<one@example.org>'],
        automatic: false,
      });
    });

    it.each(['Auto-Submitted: auto-replied', 'Precedence: bulk'])('knows a machine by %s', async (header) => {
      const { mailbox, put } = fixture();
      expect(await mailbox.fetch(await put(message('a', `${header}\r\n`)))).toMatchObject({ automatic: true });
    });

    it('answers null for a deleted message, and refuses a uid under another uid validity', async () => {
      const { mailbox, put } = fixture();
      const place = await put(message('a'));
      expect(await mailbox.fetch({ ...place, uid: place.uid + 1 })).toBeNull();
      await expect(mailbox.fetch({ ...place, uidValidity: '1' })).rejects.toMatchObject({
        failure: 'uid-validity-changed',
      });
    });
  });

  it('moves a message and returns where it is now', async () => {
    const { mailbox, put } = fixture();
    const moved = await mailbox.move(await put(message('a')), trash);
    expect(moved).toMatchObject({ folder: trash });
    expect(await mailbox.fetch(moved!)).toMatchObject({ messageId: idOf('a') });
    expect(await mailbox.move({ ...moved!, uid: moved!.uid + 1 }, inbox)).toBeNull();
  });

  it('finds a message and its replies in every folder, by id and not by name', async () => {
    const { mailbox, put } = fixture();
    await put(message('a'), { folder: trash });
    await put(message('b', `In-Reply-To: ${idOf('a')}\r\n`));
    await put(message('c', `References: ${idOf('x')} ${idOf('a')}\r\n`));
    await put(message('d', '', 'about Astrid'));
    const found = await mailbox.find([idOf('a')]);
    expect(found.map(({ messageId }) => messageId).sort()).toEqual([idOf('a'), idOf('b'), idOf('c')]);
  });

  it('finds messages by the day they were received', async () => {
    const { mailbox, put } = fixture();
    await put(message('old', 'Date: Tue, 1 Dec 2026 10:00:00 +0000\r\n'), { receivedAt: '2023-11-21T23:59:59Z' });
    await put(message('old-trash'), { folder: trash, receivedAt: '2023-11-21T10:00:00Z' });
    await put(message('young', 'Date: Tue, 1 Dec 2015 10:00:00 +0000\r\n'), { receivedAt: '2023-11-22T00:00:01Z' });
    const found = await mailbox.before('2023-11-22');
    expect(found.map(({ messageId }) => messageId).sort()).toEqual([idOf('old-trash'), idOf('old')].sort());
  });

  describe('deleting', () => {
    it('deletes these for good and no others, also among hundreds', async () => {
      const { mailbox, put, contents } = fixture();
      const places: MessagePlace[] = [];
      for (let n = 0; n < 205; n++) places.push(await put(message(`m${n}`), n % 50 === 0 ? { folder: trash } : {}));
      const keep = places.splice(7, 1);
      await mailbox.delete(places);
      expect(await contents()).toEqual([`${keep[0]!.folder}/${idOf('m7')}`]);
    });

    it('may be repeated', async () => {
      const { mailbox, put, contents } = fixture();
      const place = await put(message('a'));
      await mailbox.delete([place]);
      await mailbox.delete([place]);
      expect(await contents()).toEqual([]);
    });

    it('touches nothing under another uid validity', async () => {
      const { mailbox, put, contents } = fixture();
      const place = await put(message('a'));
      await expect(mailbox.delete([{ ...place, uidValidity: '1' }])).rejects.toMatchObject({
        failure: 'uid-validity-changed',
      });
      expect(await contents()).toHaveLength(1);
    });
  });
};
