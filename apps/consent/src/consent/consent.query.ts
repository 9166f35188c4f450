import { consentPurposes, type ConsentEvent } from '@dittoo/contracts';
import type { OpenedEvent } from '@dittoo/kernel';
import type { Consents } from './consent.decider.js';
import type { ConsentAnswer } from './consent.http.js';

/** Each purpose with its state now, read from the stream: always current. */
export const consentAnswers = (consents: Consents, history: readonly OpenedEvent<ConsentEvent>[]): ConsentAnswer[] =>
  consentPurposes.map((purpose) => {
    const last = history.findLast(
      ({ event }) => event.type !== 'ConsentsInvalidated' && event.data.purpose === purpose,
    );
    const consent = consents.status === 'open' ? consents.purposes[purpose] : undefined;
    return {
      purpose,
      status: consents.status === 'invalidated' ? 'invalidated' : (consent?.status ?? 'notAsked'),
      recordId: consent?.recordId ?? null,
      noticeVersion: consent !== undefined && 'noticeVersion' in consent ? consent.noticeVersion : null,
      changedAt: last?.recorded.metadata.recordedAt ?? null,
    };
  });
