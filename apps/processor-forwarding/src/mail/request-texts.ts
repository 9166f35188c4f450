import type { NotificationMessages } from '../messages/messages.js';
import { answerParagraphs, isAnsweredByCopy } from './answer-texts.js';
import type { Notification } from './notification.js';
import { dateOf, page, type NotificationText, type Writer } from './text-format.js';

/** A requester without an account cannot sign in: the link is the key. Others sign in on the page. */
const copyPath = ({ about, copyToken, language }: Notification): string =>
  page('copy', language, { request: about, ...(copyToken === null ? {} : { token: copyToken }) });

/** The same for a person who was erased: the link to the certificate works without signing in. */
const certificatePath = ({ about, certificateToken, language }: Notification): string =>
  page('certificate', language, { request: about, token: certificateToken! });

/** Every letter about a request begins with what was asked for and ends with what the person can do. */
const letter = (
  messages: NotificationMessages,
  { about, opened, request }: Notification,
  {
    paragraphs,
    subject,
    then = [],
  }: Pick<NotificationText, 'subject' | 'paragraphs'> & { readonly then?: readonly string[] },
): NotificationText => {
  const reason = opened['reason'];
  const asked = request === null ? [] : [messages.format('request.asked', { kind: request.kind })];
  const before = [...asked, ...paragraphs];
  const after = [...then, messages.format('request.complaint'), messages.format('request.number', { about })];
  const because = messages.format('because.request');
  return reason === undefined
    ? { subject, paragraphs: [...before, ...after], because }
    : { subject, paragraphs: [...before, messages.format('request.reason')], quote: reason, after, because };
};

const dueParagraph = (messages: NotificationMessages, { request }: Notification): string[] =>
  request === null || request.dueAt === '' ? [] : [messages.format('request.dueAt', { dueAt: dateOf(request.dueAt) })];

const officersReasons = [
  'enteredByOfficer',
  'identifiedByEmailOnly',
  'openOrder',
  'unpaidInvoice',
  'ownGrounds',
  'decidedByOfficer',
] as const;

/** Why an officer decides, in words. What others asked for, an authority for instance, is not the person's to see (art. 15(4)). */
const referralReasons = (messages: NotificationMessages, blockers: readonly string[]): string[] => {
  const reasons = blockers.map((code) => officersReasons.find((known) => known === code) ?? 'other');
  return [...new Set(reasons)].map((why) => messages.format('requestReferred.why', { why }));
};

/** The kinds of which a part can be refused. */
const refusedInPart = ({ request }: Notification): 'erasure' | 'objection' | 'rectification' | 'other' => {
  const kind = request?.kind;
  return kind === 'erasure' || kind === 'objection' || kind === 'rectification' ? kind : 'other';
};

export const requestTexts = {
  requestConfirmation: (messages, { facts, language, opened, request }) => {
    const erases = request?.kind === 'erasure';
    return {
      subject: messages.format(erases ? 'requestConfirmation.erasure.subject' : 'requestConfirmation.subject'),
      paragraphs: [
        messages.format('requestConfirmation.question'),
        ...(request === null ? [] : [messages.format('request.asked', { kind: request.kind })]),
        ...(erases ? [messages.format('requestConfirmation.erasure.warning')] : []),
        messages.format('requestConfirmation.link', { expiresAt: dateOf(facts['expiresAt']) }),
      ],
      action: {
        label: messages.format(erases ? 'requestConfirmation.erasure.action' : 'requestConfirmation.action'),
        path: page('request', language, { token: opened['token']! }),
      },
      because: messages.format('requestConfirmation.because'),
    };
  },

  requestReceived: (messages, notification) =>
    letter(messages, notification, {
      subject: messages.format('requestReceived.subject'),
      paragraphs: [
        ...dueParagraph(messages, notification),
        ...(notification.request?.kind === 'erasure' ? [messages.format('requestReceived.erasure')] : []),
      ],
      then: [messages.format('requestReceived.notYou')],
    }),

  requestReferred: (messages, notification) =>
    letter(messages, notification, {
      subject: messages.format('requestReferred.subject'),
      paragraphs: [
        messages.format('requestReferred.officer'),
        ...referralReasons(messages, notification.request?.blockers ?? []),
        ...dueParagraph(messages, notification),
      ],
      then: [messages.format('requestReferred.whatToDo')],
    }),

  requestExtended: (messages, notification) =>
    letter(messages, notification, {
      subject: messages.format('requestExtended.subject'),
      paragraphs: [messages.format('requestExtended.dueAt', { dueAt: dateOf(notification.facts['dueAt']) })],
    }),

  requestRefused: (messages, notification) =>
    letter(messages, notification, {
      subject: messages.format('requestRefused.subject'),
      paragraphs: [messages.format('requestRefused.answer')],
      then: [messages.format('requestRefused.whatToDo')],
    }),

  requestPartlyRefused: (messages, notification) =>
    letter(messages, notification, {
      subject: messages.format('requestPartlyRefused.subject'),
      paragraphs: [messages.format('requestPartlyRefused.answer', { kind: refusedInPart(notification) })],
      then: [messages.format('requestPartlyRefused.next')],
    }),

  requestAnswered: (messages, notification) => {
    const { certificateToken, request } = notification;
    const text = letter(messages, notification, {
      subject: messages.format('requestAnswered.subject', { kind: request?.kind ?? 'other' }),
      paragraphs: answerParagraphs(messages, request),
    });
    if (certificateToken !== null) {
      const action = { label: messages.format('requestAnswered.certificate'), path: certificatePath(notification) };
      return { ...text, action };
    }
    if (!isAnsweredByCopy(request)) return text;
    return { ...text, action: { label: messages.format('requestAnswered.fetchCopy'), path: copyPath(notification) } };
  },

  restrictionLiftAnnounced: (messages, notification) =>
    letter(messages, notification, {
      subject: messages.format('restrictionLiftAnnounced.subject'),
      paragraphs: [
        messages.format('restrictionLiftAnnounced.liftsAt', { liftsAt: dateOf(notification.facts['liftsAt']) }),
        messages.format('restrictionLiftAnnounced.whatToDo'),
      ],
    }),
} satisfies { readonly [name: string]: Writer };
