import type { NotificationMessages } from '../messages/messages.js';
import type { RequestInWords } from './request-facts.js';
import { dateOf } from './text-format.js';

export const isAnsweredByCopy = (request: RequestInWords | null): boolean => (request?.copyExpiresAt ?? null) !== null;

/** What was done and not done, why, and until when. */
export const answerParagraphs = (messages: NotificationMessages, request: RequestInWords | null): string[] => {
  if (request === null) return [messages.format('requestAnswered.done')];
  return [...outcome(messages, request), ...retained(messages, request), ...recipients(messages, request)];
};

const outcome = (messages: NotificationMessages, request: RequestInWords): string[] => {
  const { approvedBy, copyExpiresAt, keysDestroyed, kind, method, partlyRefused } = request;
  if (copyExpiresAt !== null) {
    const more = messages.format('requestAnswered.notInCopy');
    return [
      messages.format('requestAnswered.copy', { expiresAt: dateOf(copyExpiresAt) }),
      ...(kind === 'access' ? [more] : []),
    ];
  }
  if (keysDestroyed)
    return [
      ...(method === 'retentionPeriod' ? [messages.format('requestAnswered.unused')] : []),
      messages.format('requestAnswered.erased'),
      messages.format('requestAnswered.addressGoes'),
    ];
  // No key of it was destroyed by this request, and no step of it was taken.
  if (wasEndedByErasure(request)) return [messages.format('requestAnswered.erasedMeanwhile')];
  if (approvedBy === null) return [messages.format('requestAnswered.nothingHeld')];
  if (kind === 'objection' && approvedBy === 'officer' && !partlyRefused)
    return [messages.format('requestAnswered.objectedToAll')];
  const what = kind === 'access' || kind === 'portability' || kind === 'erasure' ? 'other' : kind;
  return [messages.format('requestAnswered.carriedOut', { kind: what, part: partlyRefused ? 'partly' : 'other' })];
};

/** An erasure ends the other requests of the person; a second erasure is done by the first. */
const wasEndedByErasure = ({
  kind,
  outcome: ended,
  partlyRefused,
  unconfirmed,
  approvedBy,
}: RequestInWords): boolean =>
  kind === 'erasure' ? approvedBy !== null : ended === 'partlyDone' && !partlyRefused && unconfirmed.length === 0;

const retained = (messages: NotificationMessages, { keysDestroyed, retained: kept }: RequestInWords): string[] => {
  if (!keysDestroyed || kept.length === 0) return [];
  return [
    messages.format('requestAnswered.retained'),
    ...kept.map(({ label, reason, until }) =>
      messages.format('requestAnswered.retainedPart', {
        label,
        // That an authority asked for it is not the person's to see (art. 15(4)).
        reason: reason === 'legalHold' ? 'other' : reason,
        until: dateOf(`${until}T12:00:00Z`),
      }),
    ),
  ];
};

const recipients = (messages: NotificationMessages, { confirmed, unconfirmed }: RequestInWords): string[] => [
  ...(confirmed.length === 0 ? [] : [messages.format('requestAnswered.confirmed', { names: confirmed.join(', ') })]),
  ...(unconfirmed.length === 0
    ? []
    : [messages.format('requestAnswered.unconfirmed', { names: unconfirmed.join(', ') })]),
];
