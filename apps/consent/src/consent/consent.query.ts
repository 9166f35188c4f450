import { consentPurposes, type ConsentEvent, type ConsentPurpose } from '@dittoo/contracts';
import type { OpenedEvent } from '@dittoo/kernel';
import { consentEndsAt, type Register } from '@dittoo/processor-register';
import { inForce, type Consents } from './consent.js';
import type { ConsentAnswer } from './consent.http.js';

type History = readonly OpenedEvent<ConsentEvent>[];

/** The events of one purpose's record; `ConsentsInvalidated` belongs to every record. */
export const historyOf = (history: History, purpose: ConsentPurpose): History => {
  const own = history.filter(({ event }) => event.type === 'ConsentsInvalidated' || event.data.purpose === purpose);
  return own.some(({ event }) => event.type !== 'ConsentsInvalidated') ? own : [];
};

/** Each purpose with its state at `now`: a consent past its validity counts as expired, recorded or not. */
export const consentStates = (
  register: Register,
  consents: Consents,
  history: History,
  now: string,
): Record<ConsentPurpose, ConsentAnswer> =>
  Object.fromEntries(
    consentPurposes.map((purpose) => {
      const last = historyOf(history, purpose).findLast(({ event }) => event.type !== 'ConsentsInvalidated');
      const changedAt = last?.recorded.metadata.recordedAt ?? null;
      const consent = consents.status === 'open' ? consents.purposes[purpose] : undefined;
      const validUntil = inForce(consent) === null ? null : consentEndsAt(register, purpose, changedAt!);
      const over = validUntil !== null && validUntil <= now;
      const status = consents.status === 'invalidated' ? 'invalidated' : (consent?.status ?? 'notAsked');
      const answer: ConsentAnswer = {
        purpose,
        status: over ? 'expired' : status,
        recordId: consent?.recordId ?? null,
        noticeVersion: consent !== undefined && 'noticeVersion' in consent ? consent.noticeVersion : null,
        changedAt,
        validUntil,
      };
      return [purpose, answer];
    }),
  ) as Record<ConsentPurpose, ConsentAnswer>;
