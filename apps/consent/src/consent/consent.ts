import type { ConsentEvent, ConsentPurpose } from '@dittoo/contracts';

/**
 * One purpose of one person (ISO/IEC TS 27560 event states); no entry = never asked. Only `given` and `reconfirmed`
 * permit anything. `said` counts how often it was said, so that what expires is the word that was meant.
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

/** All choices of one data subject. Stream `consent-<dataSubjectId>`. GDPR art. 6(1)(a), 7. */
export type Consents =
  | { readonly status: 'open'; readonly purposes: { readonly [Purpose in ConsentPurpose]?: PurposeConsent } }
  | { readonly status: 'invalidated' };

export const noConsents: Consents = { status: 'open', purposes: {} };

export const inForce = (consent: PurposeConsent | undefined): ConsentInForce | null =>
  consent?.status === 'given' || consent?.status === 'reconfirmed' ? consent : null;

export const evolve = (consents: Consents, event: ConsentEvent): Consents => {
  if (consents.status === 'invalidated') return consents;
  if (event.type === 'ConsentsInvalidated') return { status: 'invalidated' };
  const before = consents.purposes[event.data.purpose];
  return { ...consents, purposes: { ...consents.purposes, [event.data.purpose]: evolvePurpose(before, event) } };
};

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
