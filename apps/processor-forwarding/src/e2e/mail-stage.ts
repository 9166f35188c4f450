import type { ForwardingEvent, RefusalReason } from '@dittoo/contracts';
import { newId, streamName, type DomainEvent, type Uuid } from '@dittoo/kernel';
import { expect } from '@jest/globals';
import type { NotificationName } from '../mail/notification-kinds.js';
import type { Stage } from './stage.js';

/** Far enough in the future for every link. */
export const later = '2099-01-01T10:00:00.000Z';

/** Steps and queries for specs about mail. */
export const mailStage = (stage: () => Stage) => {
  const sandbox = async (path: string, method = 'GET', body?: object): Promise<unknown> => {
    const answer = await fetch(`${stage().sandbox.urls.sandbox}/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return answer.status === 204 ? null : answer.json();
  };
  const fault = (faulty: Record<string, string | number>) =>
    stage().plantFault({ processor: 'oneMail', ...faulty } as never);
  const inMailbox = async () =>
    (await sandbox('oneMail/messages')) as { items: { messageId: string; folder: string }[] };

  /** A new customer with an address of their own. */
  const customer = async (locale = 'sv'): Promise<{ subjectId: Uuid; email: string; stream: string }> => {
    const subjectId = newId();
    const email = `p-${subjectId}@example.org`;
    const stream = streamName('dataSubject', subjectId);
    const data = { givenName: 'Astrid', familyName: 'Exempel', email, phone: null, address: null, passwordHash: 'x', locale }; // prettier-ignore
    await stage().append(stream, subjectId, { type: 'CustomerRegistered', data });
    return { subjectId, email, stream };
  };
  const keyed = (name: NotificationName, eventId: Uuid) => ['sendMail', `${name}/${eventId}`] as const;
  const waitForNotification = <Type extends ForwardingEvent['type']>(
    name: NotificationName,
    eventId: Uuid,
    type: Type,
  ) => stage().waitFor(...keyed(name, eventId), type, 'oneMail');
  const eventsOf = (name: NotificationName, eventId: Uuid) => stage().eventsOf(...keyed(name, eventId), 'oneMail');
  const refusedFor = async (name: NotificationName, eventId: Uuid, reason: RefusalReason) =>
    expect(await waitForNotification(name, eventId, 'ForwardingRefused')).toMatchObject({ reason });

  const newsletterAsked = (email: string, expiresAt = later): DomainEvent => ({
    type: 'NewsletterSubscriptionRequested',
    data: { email, token: `t-${email}`, expiresAt, noticeVersion: '2026-11-01', noticeDigest: '0', language: 'en' },
  });
  const subscriber = () => {
    const subjectId = newId();
    return { subjectId, email: `n-${subjectId}@example.org`, stream: streamName('newsletter', subjectId) };
  };

  /** A person who was sent a mail. */
  const written = async () => {
    const { subjectId, email, stream } = subscriber();
    const eventId = await stage().append(stream, subjectId, newsletterAsked(email));
    await waitForNotification('newsletterConfirmation', eventId, 'ForwardingCompleted');
    return { subjectId, email, messageId: stage().mailsTo(email)[0]!.messageId };
  };

  const erase = async (subjectId: Uuid) => {
    const requestId = newId();
    await stage().append(streamName('dataSubject', subjectId), subjectId, {
      type: 'ErasureRequested',
      data: { requestId },
    });
    return stage().waitFor('eraseSubject', requestId, 'ErasureAnswered', 'oneMail');
  };

  return {
    sandbox,
    fault,
    inMailbox,
    customer,
    waitForNotification,
    eventsOf,
    refusedFor,
    newsletterAsked,
    subscriber,
    written,
    erase,
  };
};
