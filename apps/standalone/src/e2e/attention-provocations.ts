import type {
  AttentionAbout,
  AttentionKind,
  DataSubjectEvents,
  ForwardingEvents,
  ForwardingIntent,
  PaymentDiscrepancy,
} from '@dittoo/contracts';
import { keyNamed, newId, type DestroyedKey } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { defaultConfigs } from '../standalone.module.js';
import { minutesAgo, type AttentionShop } from './attention-shop.js';

/** A fact, brought about as it comes about or by a row that says so. */
export interface Provoked<About = object> {
  /** Some of what the item says it is about. */
  readonly about: Partial<About>;
  mend(): Promise<unknown>;
  /** Nothing shows that it is mended: a person closes it. */
  readonly byHand?: true;
}

type Provocations = { readonly [Kind in AttentionKind]: () => Promise<Provoked<AttentionAbout[Kind]>> };

const swept = { processorId: 'oneMail', before: '2026-01-01', folders: [], digest: '0' };

/** How each kind of attention item comes about and is mended; a kind without one does not compile. */
export const provocationsOf = (shop: AttentionShop): Provocations => {
  const { ring, rows } = shop;
  const oldEvent = (): Promise<string> => shop.say({ type: 'MailboxSwept', data: swept }, minutesAgo(10));

  const parked = async (intent: ForwardingIntent, failure: string): Promise<Provoked<{ forwardingId: string }>> => {
    const asked = { processorId: 'payson', intent, orderId: newId() };
    const forwardingId = await shop.say({ type: 'ForwardingParked', data: { ...asked, failure } });
    const cancelled: ForwardingEvents['ForwardingCancelled'] = { ...asked, reason: 'orderCancelled' };
    const mend = () => shop.say({ type: 'ForwardingCancelled', data: cancelled }, undefined, forwardingId);
    return { about: { forwardingId }, mend };
  };

  const disagreement = async (kind: PaymentDiscrepancy): Promise<Provoked<{ orderId: string }>> => {
    const found = { kind, processorId: 'payson', amount: null, failure: null };
    const orderId = await shop.say({ type: 'PaymentDiscrepancyFound', data: found });
    const mend = () => shop.say({ type: 'PaymentDiscrepancyResolved', data: { kind } }, undefined, orderId);
    return { about: { orderId }, mend };
  };

  const request = async (dueInMs: number): Promise<Provoked<{ requestId: string }>> => {
    const requestId = newId();
    const dueAt = new Date(Date.now() + dueInMs).toISOString();
    await rows.query(`INSERT INTO rights.rights_request VALUES ($1, $2, 'access', now(), $3, true)`, [requestId, newId(), dueAt]); // prettier-ignore
    const mend = () => rows.query('UPDATE rights.rights_request SET open = false WHERE request_id = $1', [requestId]);
    return { about: { requestId }, mend };
  };

  /** A key's row is gone. @returns puts it back */
  const loseKeysOf = async (subjectId: string): Promise<() => Promise<unknown>> => {
    await ring.query('CREATE TABLE public.lost AS SELECT * FROM keyring.data_key WHERE subject_id = $1', [subjectId]);
    await ring.query('DELETE FROM keyring.data_key WHERE subject_id = $1', [subjectId]);
    return () => ring.query('WITH back AS (INSERT INTO keyring.data_key SELECT * FROM public.lost) SELECT 1');
  };

  const verify = async (): Promise<void> => {
    const answer = await shop.call('/audit/verifications', { method: 'POST' });
    if (answer.status !== 200) throw new Error(`verified with ${answer.status}`);
  };

  return {
    deliveryParked: () => parked('capturePayment', 'http-503'),
    paymentNotOpened: () => parked('openPayment', 'http-422'),
    refundNotCarriedOut: () => disagreement('refundNotPaid'),
    paymentDiscrepancy: () => disagreement('capturedForLess'),
    mailAddressRefused: () => parked('sendMail', 'smtp-550'),

    deliveryRefused: async () => {
      const reason = 'noAgreementInForce';
      const refused: ForwardingEvents['ForwardingRefused'] = {
        ...{ processorId: 'mondido', intent: 'capturePayment', orderId: newId(), reason },
        ...{ fields: [], purpose: null, consentRecordId: null },
      };
      await shop.say({ type: 'ForwardingRefused', data: refused });
      return { about: { processorId: 'mondido', reason }, mend: () => Promise.resolve(), byHand: true };
    },

    answerUndelivered: async () => {
      const requestId = await shop.say({ type: 'AnswerUndelivered', data: { reason: 'smtp-550' } });
      const mend = () => shop.say({ type: 'AnswerDelivered', data: { by: 'officer' } }, undefined, requestId);
      return { about: { requestId }, mend };
    },

    deliveryHeld: async () => {
      const forwardingId = newId();
      await rows.query(
        `INSERT INTO forwarding.payson_item (intent_id, forwarding_id, subject_id, kind, payload, queued_at)
         VALUES ($1, $2, $3, 'capturePayment', '{}', now() - interval '2 hours')`,
        [newId(), forwardingId, newId()],
      );
      const mend = () => rows.query('DELETE FROM forwarding.payson_item WHERE forwarding_id = $1', [forwardingId]);
      return { about: { processorId: 'payson' }, mend };
    },

    mailboxUnreachable: async () => {
      // The worker has begun the day's sweep, and no mail server answers.
      const aged = `UPDATE forwarding.mailbox_sweep SET started_at = now() - interval '5 min'`;
      await until(async () => (await rows.query(aged)).rowCount === 1);
      const mend = () => rows.query('UPDATE forwarding.mailbox_sweep SET finished_at = now()');
      return { about: { processorId: 'oneMail' }, mend };
    },

    requestOverdue: () => request(-60_000),
    requestCloseToDue: () => request(3 * 86_400_000),

    recipientTask: async () => {
      const requestId = newId();
      const answered = { processorId: 'google', state: 'notSupported', reason: 'noInterface' };
      await shop.say({ type: 'RecipientAnswered', data: answered }, undefined, requestId);
      const done = { processorId: 'google', outcome: 'acknowledged' };
      const mend = () => shop.say({ type: 'RecipientTaskDone', data: done }, undefined, requestId);
      return { about: { requestId }, mend };
    },

    paymentUnread: async () => {
      const forwardingId = newId();
      await rows.query(
        `INSERT INTO forwarding.payment_watch (forwarding_id, processor_id, subject_id, order_id, next_at, failing_since)
         VALUES ($1, 'payson', $2, $3, now() + interval '1 day', now() - interval '2 hours')`,
        [forwardingId, newId(), newId()],
      );
      const mend = () => rows.query('DELETE FROM forwarding.payment_watch WHERE forwarding_id = $1', [forwardingId]);
      return { about: { forwardingId, processorId: 'payson' }, mend };
    },

    taskFailing: async () => {
      const id = newId();
      await rows.query(
        `INSERT INTO rights.due_task (kind, id, due_at, failures, failing_since)
         VALUES ('copyEnd', $1, now() + interval '1 hour', 12, now() - interval '10 min')`,
        [id],
      );
      const mend = () => rows.query('DELETE FROM rights.due_task WHERE id = $1', [id]);
      return { about: { task: 'copyEnd', id }, mend };
    },

    streamParked: async () => {
      const stream = `order-${newId()}`;
      await rows.query(`INSERT INTO delivery.parked_stream VALUES ('order.list', $1, 'TypeError')`, [stream]);
      const mend = () => rows.query('DELETE FROM delivery.parked_stream WHERE stream = $1', [stream]);
      return { about: { group: 'order.list', stream }, mend };
    },

    sequencerLagging: async () => {
      const { sequencer } = shop.service.platform;
      await sequencer!.stop();
      await oldEvent();
      return { about: { state: 'stopped' }, mend: () => Promise.resolve(sequencer!.start()) };
    },

    relayLagging: async () => {
      const { transport } = shop.service.platform.publisher;
      await oldEvent();
      // Another relay has claimed the checkpoint, and does not move.
      await until(
        async () =>
          (await rows.query('UPDATE relay.checkpoint SET position = -1, epoch = epoch + 1000000')).rowCount === 1,
      );
      return { about: { transport }, mend: () => rows.query('UPDATE relay.checkpoint SET epoch = 0') };
    },

    eventLeftOut: async () => {
      const left = `INSERT INTO relay.parked (position, stream, event_id, reason) VALUES (0, 'processor-x', $1, 'too-large')`;
      await rows.query(left, [newId()]);
      return { about: { position: '0', reason: 'too-large' }, mend: () => Promise.resolve(), byHand: true };
    },

    groupLagging: async () => {
      const client = await rows.connect();
      const group = 'audit.subject-trail';
      await client.query('BEGIN');
      await client.query('SELECT FROM delivery.group_checkpoint WHERE group_id = $1 FOR UPDATE', [group]);
      await oldEvent();
      return { about: { group }, mend: () => client.query('ROLLBACK').finally(() => client.release()) };
    },

    logNotSealed: async () => {
      const client = await rows.connect();
      // Leaves are added, and no head is signed over them; until then all that was recorded is under one.
      await until(async () => {
        await client.query('ROLLBACK; BEGIN; LOCK TABLE audit.signed_tree_head IN EXCLUSIVE MODE');
        const { rows: unsealed } = await client.query(
          `SELECT FROM event_store.es_event HAVING count(*) > (SELECT max(size) FROM audit.signed_tree_head)`,
        );
        return unsealed.length === 0;
      });
      await oldEvent();
      return { about: {}, mend: () => client.query('ROLLBACK').finally(() => client.release()) };
    },

    sealRefused: async () => {
      await rows.query('CREATE TABLE public.heads AS TABLE audit.signed_tree_head');
      await rows.query('DELETE FROM audit.signed_tree_head');
      await oldEvent();
      await until(async () => (await readyAlarms(shop)).includes('audit.seal-refused'));
      const mend = async () => {
        await shop.stop();
        await rows.query('INSERT INTO audit.signed_tree_head SELECT * FROM public.heads ON CONFLICT DO NOTHING');
        await shop.begin();
      };
      return { about: {}, mend };
    },

    verificationFailed: async () => {
      await rows.query(
        `INSERT INTO audit.verification (origin, verdict, tree_size, problems, verified_at)
         VALUES ($1, 'tampered', 1, 1, now())`,
        [defaultConfigs.audit.origin],
      );
      return { about: { verdict: 'tampered' }, mend: verify };
    },

    verificationOverdue: async () => {
      // The first event of this log is old enough: see the beginning of the spec.
      await rows.query('DELETE FROM audit.verification');
      return { about: {}, mend: verify };
    },

    keyMissing: async () => {
      const stream = await rows.query<{ id: string }>(
        `SELECT item_id AS id FROM attention.item WHERE state = 'dismissed'`,
      );
      const putBack = await loseKeysOf(shop.officer);
      // What the process has kept of the key in memory ends with it.
      await shop.stop();
      await shop.begin();
      await shop.call(`/operations/attention/${stream.rows[0]!.id}`);
      return { about: {}, mend: putBack };
    },

    restoreDifference: async () => {
      const { keyRing, sealer } = shop.service.platform;
      const subjectId = newId();
      await sealer.sealValue(subjectId, 'profile', ['spec'], 'Ada');
      await ring.query('CREATE TABLE public.backup AS SELECT * FROM keyring.data_key WHERE subject_id = $1', [
        subjectId,
      ]);
      await ring.query('CREATE TABLE public.gate AS TABLE keyring.restore_gate');
      const keys = await keyRing.destroy(subjectId, ['profile'], { at: minutesAgo(0), requestId: newId() });
      await shop.say({ type: 'SubjectKeysDestroyed', data: destroyed(keys) });
      await shop.stop();
      await ring.query('DELETE FROM keyring.data_key WHERE subject_id = $1', [subjectId]);
      await ring.query('INSERT INTO keyring.data_key SELECT * FROM public.backup');
      await ring.query('DELETE FROM keyring.restore_gate');
      await ring.query('INSERT INTO keyring.restore_gate SELECT * FROM public.gate');
      await shop.begin();
      return { about: { appliedAgain: '1' }, mend: () => Promise.resolve(), byHand: true };
    },
  };
};

const destroyed = (keys: readonly DestroyedKey[]): DataSubjectEvents['SubjectKeysDestroyed'] => ({
  requestId: newId(),
  keys: keys
    .filter(({ kid }) => keyNamed(kid) !== null)
    .map(({ category, fingerprint, kid }) => ({ kid, category, fingerprint })),
  retained: [],
});

const readyAlarms = async (shop: AttentionShop): Promise<readonly string[]> => {
  const answer = await fetch(`${shop.service.url}/health/ready`);
  return ((await answer.json()) as { alarms: string[] }).alarms;
};
