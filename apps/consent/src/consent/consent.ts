import type { ConsentEvent, ConsentPurpose } from '@dittoo/contracts';

/**
 * One purpose of one person (ISO/IEC TS 27560 event states); no entry = never asked. Only `given` and `reconfirmed`
 * permit anything. `said` counts the times consent was given, so that an expiry names the one it ends.
 */
export type PurposeConsent =
  | { readonly status: 'requested' | 'refused'; readonly recordId: string; readonly noticeVersion: string }
  | {
      readonly status: 'given' | 'reconfirmed';
      readonly recordId: string;
      readonly noticeVersion: string;
      readonly said: number;
    }
  | { readonly status: 'withdrawn' | 'expired'; readonly recordId: string };

export type ConsentInForce = Extract<PurposeConsent, { status: 'given' | 'reconfirmed' }>;

/**
 * All choices of one data subject. Stream `consent-<dataSubjectId>`. GDPR art. 6(1)(a), 7. `answers` counts the answers
 * to each purpose, so that a form handled late does not overrule a later answer.
 */
export type Consents =
  | {
      readonly status: 'open';
      readonly purposes: { readonly [Purpose in ConsentPurpose]?: PurposeConsent };
      readonly answers: { readonly [Purpose in ConsentPurpose]?: number };
    }
  | { readonly status: 'invalidated' };

export const noConsents: Consents = { status: 'open', purposes: {}, answers: {} };

export const inForce = (consent: PurposeConsent | undefined): ConsentInForce | null =>
  consent?.status === 'given' || consent?.status === 'reconfirmed' ? consent : null;

export const evolve = (consents: Consents, event: ConsentEvent): Consents => {
  if (consents.status === 'invalidated') return consents;
  if (event.type === 'ConsentsInvalidated') return { status: 'invalidated' };
  const { purpose } = event.data;
  const purposes = { ...consents.purposes, [purpose]: evolvePurpose(consents.purposes[purpose], event) };
  const answers = { ...consents.answers, [purpose]: (consents.answers[purpose] ?? 0) + (isAnswer(event) ? 1 : 0) };
  return { ...consents, purposes, answers };
};

/** Whether the event is the person's own answer; a question and an expiry are not. */
export const isAnswer = ({ type }: ConsentEvent): boolean =>
  type === 'ConsentGiven' || type === 'ConsentReconfirmed' || type === 'ConsentRefused' || type === 'ConsentWithdrawn';

type PurposeEvent = Exclude<ConsentEvent, { type: 'ConsentsInvalidated' }>;

const evolvePurpose = (before: PurposeConsent | undefined, event: PurposeEvent): PurposeConsent => {
  const { recordId } = event.data;
  switch (event.type) {
    case 'ConsentRequested':
      return { status: 'requested', recordId, noticeVersion: event.data.noticeVersion };
    case 'ConsentRefused':
      return { status: 'refused', recordId, noticeVersion: event.data.noticeVersion };
    case 'ConsentGiven':
      return { status: 'given', recordId, noticeVersion: event.data.noticeVersion, said: 1 };
    case 'ConsentReconfirmed': {
      const said = (inForce(before)?.said ?? 0) + 1;
      return { status: 'reconfirmed', recordId, noticeVersion: event.data.noticeVersion, said };
    }
    case 'ConsentWithdrawn':
      return { status: 'withdrawn', recordId };
    case 'ConsentExpired':
      return { status: 'expired', recordId };
  }
};
