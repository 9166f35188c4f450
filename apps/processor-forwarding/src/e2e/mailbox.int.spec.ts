/*
 * Promised: an erasure deletes the person's mail and no other, old mail is deleted in every folder, and mail under a
 * legal hold is kept.
 */
import { derivedId, newId, streamName, type Uuid } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { HeldMail } from '../mailbox/held-mail.js';
import { MailRecords } from '../mailbox/mail-records.js';
import { later, mailStage } from './mail-stage.js';
import { startStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ withMail: true, tuning: { attempts: 12 } });
});
afterAll(() => stage.close());
const { erase, fault, waitForNotification, inMailbox, newsletterAsked, sandbox, subscriber, eventsOf, written } =
  mailStage(() => stage);
afterEach(() => sandbox('faults', 'DELETE'));

describe('an erasure', () => {
  const put = (raw: string, folder = 'INBOX') =>
    sandbox('oneMail/messages', 'POST', { raw, folder }) as Promise<{ folder: string; uidValidity: number; uid: number }>; // prettier-ignore

  it('deletes sent mail, replies to it and received mail of the person, and nobody else’s', async () => {
    const [person, other] = [await written(), await written()];
    await put(`Message-ID: <answer@x>\nIn-Reply-To: ${person.messageId}\n\nhej`, 'INBOX.Archive');
    const known = await put('Message-ID: <known@x>\n\nhej');
    await put('Message-ID: <stranger@x>\n\nhej');
    const records = stage.service.get<MailRecords>(MailRecords);
    await stage.service.get<DataSource>(DataSource).transaction((transaction) =>
      records.received(transaction, person.subjectId, {
        ...known,
        uidValidity: String(known.uidValidity),
        messageId: '<known@x>',
        receivedAt: '2026-11-22T10:00:00.000Z',
      }),
    );
    await fault({ method: 'IMAP', path: 'UID EXPUNGE', kind: 'status' });
    expect(await erase(person.subjectId)).toMatchObject({ answer: 'acknowledged', reason: 'deleted' });
    const left = (await inMailbox()).items.map(({ messageId }) => messageId);
    expect(left).toEqual(expect.arrayContaining([other.messageId, '<stranger@x>']));
    for (const gone of [person.messageId, '<answer@x>', '<known@x>']) expect(left).not.toContain(gone);
    await until(async () => (await records.of(person.subjectId)).sent.length === 0);
  });

  it('fails visibly when the contents of the mailbox cannot be read', async () => {
    const person = await written();
    const records = stage.service.get<MailRecords>(MailRecords);
    await stage.service.get<DataSource>(DataSource).transaction((transaction) =>
      records.received(transaction, person.subjectId, {
        folder: 'INBOX',
        uidValidity: '7',
        uid: 1,
        messageId: null,
        receivedAt: '2026-11-22T10:00:00.000Z',
      }),
    );
    expect(await erase(person.subjectId)).toMatchObject({ answer: 'failed', reason: 'uid-validity-changed' });
  });

  it('cancels queued mail, and is answered at once for a person who was never sent one', async () => {
    await fault({ method: 'MAIL', kind: 'status', status: 451, times: 3 });
    const { subjectId, email, stream } = subscriber();
    const eventId = await stage.append(stream, subjectId, newsletterAsked(email));
    await waitForNotification('newsletterConfirmation', eventId, 'AttemptFailed');
    await erase(subjectId);
    const end = (await eventsOf('newsletterConfirmation', eventId)).at(-1)!;
    expect(['ForwardingCancelled', 'ForwardingRefused']).toContain(end.type);
    expect(stage.mailsTo(email)).toEqual([]);
    expect(await erase(newId())).toMatchObject({ answer: 'acknowledged', reason: 'nothingHeld' });
  });
});

describe('the mailbox', () => {
  it('is swept of mail older than the register allows, in every folder, and the event says how much', async () => {
    const old = '2020-05-01T10:00:00.000Z';
    const put = (id: string, folder: string, receivedAt: string) =>
      sandbox('oneMail/messages', 'POST', { raw: `Message-ID: <${id}@x>\n\nhej`, folder, receivedAt });
    await put('old-inbox', 'INBOX', old);
    await put('old-trash', 'INBOX.Trash', old);
    await put('young', 'INBOX', new Date().toISOString());
    // A mail sent long ago is moved today, so the provider dates it as new.
    const { subjectId, email, stream } = subscriber();
    const eventId = await stage.append(stream, subjectId, newsletterAsked(email));
    await waitForNotification('newsletterConfirmation', eventId, 'ForwardingCompleted');
    await stage.rows(`UPDATE forwarding.mailed SET sent_at = '2020-05-01' WHERE subject_id = '${subjectId}'`);
    await stage.rows('DELETE FROM forwarding.mailbox_sweep');
    const swept = await until(async () => {
      for await (const { type, data } of stage.service.platform.store.readStream(
        streamName('processor', derivedId('processor', 'oneMail')),
      ))
        if (type === 'MailboxSwept') return data;
      return false;
    }, 20_000);
    expect(swept).toMatchObject({
      processorId: 'oneMail',
      folders: [
        { folder: 'INBOX', deleted: 1 },
        { folder: 'INBOX.Sent', deleted: 1 },
        { folder: 'INBOX.Trash', deleted: 1 },
      ],
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const left = (await inMailbox()).items.map(({ messageId }) => messageId);
    expect(left).toContain('<young@x>');
    expect(left).not.toEqual(expect.arrayContaining(['<old-inbox@x>']));
    expect(left).not.toEqual(expect.arrayContaining(['<old-trash@x>']));
    expect(left).not.toEqual(expect.arrayContaining([stage.mailsTo(email)[0]!.messageId]));
    await until(async () => (await stage.rows('SELECT 1 FROM forwarding.mailbox_sweep WHERE finished_at IS NOT NULL')).length === 1); // prettier-ignore
  });
});

describe('a legal hold over a person’s correspondence', () => {
  const hold = async (subjectId: Uuid, categories: readonly string[]): Promise<Uuid> => {
    const [holdId, officer] = [newId(), newId()];
    const asked = {
      subjectId,
      by: officer,
      orderId: null,
      categories,
      authority: 'IMY',
      reason: 'x',
      expiresAt: later,
    };
    await stage.append(streamName('legalHold', holdId), officer, { type: 'LegalHoldRequested', data: asked });
    await stage.append(streamName('legalHold', holdId), officer, { type: 'LegalHoldConfirmed', data: { subjectId, by: newId() } }); // prettier-ignore
    return holdId;
  };
  const isHeld = (subjectId: Uuid) => stage.service.get<HeldMail>(HeldMail).keeps(subjectId);

  it('keeps their mail at the provider, and makes its erasure a manual task', async () => {
    const person = await written();
    const holdId = await hold(person.subjectId, ['support']);
    // At once: the decision reads the log itself.
    expect(await erase(person.subjectId)).toMatchObject({ answer: 'notSupported', reason: 'legalHold' });
    await stage.rows(`UPDATE forwarding.mailed SET sent_at = '2020-05-01' WHERE subject_id = '${person.subjectId}'`);
    await stage.rows('DELETE FROM forwarding.mailbox_sweep');
    const swept = () => stage.rows('SELECT 1 FROM forwarding.mailbox_sweep WHERE finished_at IS NOT NULL');
    await until(async () => (await swept()).length === 1, 20_000);
    expect((await inMailbox()).items.map(({ messageId }) => messageId)).toContain(person.messageId);

    const released = { subjectId: person.subjectId, by: newId() };
    await stage.append(streamName('legalHold', holdId), newId(), { type: 'LegalHoldReleased', data: released });
    expect(await isHeld(person.subjectId)).toBe(false);
    await stage.rows('DELETE FROM forwarding.mailbox_sweep');
    await until(async () => (await swept()).length === 1, 20_000);
    expect((await inMailbox()).items.map(({ messageId }) => messageId)).not.toContain(person.messageId);
  });

  it('over other data keeps no mail', async () => {
    const person = await written();
    await hold(person.subjectId, ['orderAccounting']);
    expect(await isHeld(person.subjectId)).toBe(false);
  });
});
