import type { Locale } from '@dittoo/contracts';
import type { RequestId } from '@dittoo/kernel';
import type { NotificationMessages } from '../messages/messages.js';
import type { Notification } from './notification.js';
import { dateOf, page, type NotificationText, type Writer } from './text-format.js';

/** A requester without an account cannot sign in: the link is the key. Others sign in on the page. */
const copyPath = (language: Locale, requestId: RequestId, copyToken: string | null): string =>
  page('copy', language, { request: requestId, ...(copyToken === null ? {} : { token: copyToken }) });

/** An answer to a request, with the reason where one was written. */
const answer = (
  messages: NotificationMessages,
  { opened, about }: Notification,
  { subject, paragraphs }: Pick<NotificationText, 'subject' | 'paragraphs'>,
): NotificationText => {
  const reason = opened['reason'];
  const before = [...paragraphs, messages.format('request.number', { about })];
  const because = messages.format('because.request');
  return reason === undefined
    ? { subject, paragraphs: before, because }
    : { subject, paragraphs: [...before, messages.format('request.reason')], quote: reason, because };
};

export const requestTexts = {
  requestConfirmation: (messages, { facts, language, opened }) => ({
    subject: messages.format('requestConfirmation.subject'),
    paragraphs: [
      messages.format('requestConfirmation.question'),
      messages.format('requestConfirmation.link', { expiresAt: dateOf(facts['expiresAt']) }),
    ],
    action: {
      label: messages.format('requestConfirmation.action'),
      path: page('request', language, { token: opened['token']! }),
    },
    because: messages.format('requestConfirmation.because'),
  }),

  requestExtended: (messages, notification) =>
    answer(messages, notification, {
      subject: messages.format('requestExtended.subject'),
      paragraphs: [
        messages.format('requestExtended.dueAt', { dueAt: dateOf(notification.facts['dueAt']) }),
        messages.format('request.complaint'),
      ],
    }),

  requestRefused: (messages, notification) =>
    answer(messages, notification, {
      subject: messages.format('requestRefused.subject'),
      paragraphs: [messages.format('requestRefused.answer'), messages.format('request.complaint')],
    }),

  requestPartlyRefused: (messages, notification) =>
    answer(messages, notification, {
      subject: messages.format('requestPartlyRefused.subject'),
      paragraphs: [messages.format('requestPartlyRefused.answer'), messages.format('request.complaint')],
    }),

  copyPrepared: (messages, { about, copyToken, facts, language }) => ({
    subject: messages.format('copyPrepared.subject'),
    paragraphs: [
      messages.format('copyPrepared.expiry', { expiresAt: dateOf(facts['expiresAt']) }),
      messages.format('copyPrepared.notByMail'),
      messages.format('request.number', { about }),
    ],
    action: { label: messages.format('copyPrepared.action'), path: copyPath(language, about, copyToken) },
    because: messages.format('because.request'),
  }),

  requestAnswered: (messages, notification) =>
    answer(messages, notification, {
      subject: messages.format('requestAnswered.subject'),
      paragraphs: [
        notification.facts['outcome'] === 'partlyDone'
          ? messages.format('requestAnswered.partlyDone')
          : messages.format('requestAnswered.done'),
      ],
    }),

  restrictionLiftAnnounced: (messages, { about, facts }) => ({
    subject: messages.format('restrictionLiftAnnounced.subject'),
    paragraphs: [
      messages.format('restrictionLiftAnnounced.liftsAt', { liftsAt: dateOf(facts['liftsAt']) }),
      messages.format('restrictionLiftAnnounced.whatToDo'),
      messages.format('request.number', { about }),
    ],
    because: messages.format('because.request'),
  }),
} satisfies { readonly [name: string]: Writer };
