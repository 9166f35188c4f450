/* Promised: an unknown outcome is checked in the mailbox before anything is sent again; a killed worker loses no mail. */
import { until } from '@dittoo/platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { crashAt, crashPoints } from './crash-points.js';
import { mailStage } from './mail-stage.js';
import { startStage, type Stage } from './stage.js';

const crash = crashAt(null);
let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ withMail: true, tuning: { attempts: 12 }, providers: crash.providers });
});
afterAll(() => stage.close());
const { fault, waitForNotification, inMailbox, newsletterAsked, sandbox, subscriber, eventsOf } = mailStage(
  () => stage,
);
afterEach(() => sandbox('faults', 'DELETE'));

describe('a mail that fails', () => {
  const asked = async () => {
    const { subjectId, email, stream } = subscriber();
    return { email, subjectId, eventId: await stage.append(stream, subjectId, newsletterAsked(email)) };
  };

  it('is retried after a temporary failure, under the same message id', async () => {
    await fault({ method: 'DATA', kind: 'status', status: 451, times: 2 });
    const { email, eventId } = await asked();
    await waitForNotification('newsletterConfirmation', eventId, 'ForwardingCompleted');
    const tries = stage.mailsTo(email);
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map(({ messageId }) => messageId)).size).toBe(1);
    const outcomes = (await eventsOf('newsletterConfirmation', eventId))
      .filter(({ type }) => type === 'DataDisclosed')
      .map(({ data }) => (data as { outcome: string }).outcome);
    expect(outcomes).toEqual(['rejected', 'rejected', 'delivered']);
  });

  it('is parked after a permanent failure', async () => {
    await fault({ method: 'RCPT', kind: 'status', status: 550 });
    const { eventId } = await asked();
    expect(await waitForNotification('newsletterConfirmation', eventId, 'ForwardingParked')).toMatchObject({
      failure: 'smtp-550',
    });
  });

  it.each(['dropAfterEffect', 'hangAfterEffect'])('silence after the effect (%s) sends nothing twice', async (kind) => {
    await fault({ method: 'DATA', kind });
    const { email, eventId } = await asked();
    await waitForNotification('newsletterConfirmation', eventId, 'ForwardingCompleted');
    expect(stage.mailsTo(email)).toHaveLength(1);
    const types = (await eventsOf('newsletterConfirmation', eventId)).map(({ type }) => type);
    expect(types).toEqual(['ForwardingRequested', 'DataDisclosed', 'AttemptFailed', 'ForwardingCompleted']);
  });

  it.each(crashPoints)('a worker that dies (%s) leaves one mail, not none and not two', async (point) => {
    crash.at = point;
    const { email, eventId } = await asked();
    await waitForNotification('newsletterConfirmation', eventId, 'ForwardingCompleted');
    await until(
      async () => (await stage.rows("SELECT 1 FROM forwarding.one_mail_item WHERE state <> 'parked'")).length === 0,
      20_000,
    );
    expect(crash.at).toBeNull();
    expect(stage.mailsTo(email)).toHaveLength(1);
    const ledger = (await eventsOf('newsletterConfirmation', eventId)).filter(({ type }) => type === 'DataDisclosed');
    expect(ledger.map(({ data }) => (data as { outcome: string }).outcome)).toContain(point === 'marked' ? 'unknown' : 'delivered'); // prettier-ignore
  });

  it('silence without an effect is checked in the mailbox first, then sent again', async () => {
    await fault({ method: 'DATA', kind: 'reset' });
    const { email, eventId } = await asked();
    await waitForNotification('newsletterConfirmation', eventId, 'ForwardingCompleted');
    expect(stage.mailsTo(email)).toHaveLength(2);
    const inbox = (await inMailbox()).items.filter(({ messageId }) => messageId === stage.mailsTo(email)[0]!.messageId);
    expect(inbox).toHaveLength(1);
  });
});
