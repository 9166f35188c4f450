import type { RightsRequestEvent, RightsRequestEvents, RightsRequestKind } from '@dittoo/contracts';
import { DomainError } from '@dittoo/kernel';
import type { ErasureScope, KnownRequest } from './rights-request.js';

/** The parts of every request at its receipt. */
export interface Receipt {
  readonly kind: RightsRequestKind;
  readonly dueAt: string;
  readonly noticeVersion: string;
  readonly detail: string | null;
}

export const received = ({ detail, dueAt, kind, noticeVersion }: Receipt): RightsRequestEvent => ({
  type: 'RightsRequestReceived',
  data: { kind, dueAt, noticeVersion, detail },
});

export const addressNoted = (data: RightsRequestEvents['RequesterAddressNoted']): RightsRequestEvent => ({
  type: 'RequesterAddressNoted',
  data,
});

export const referred = (blockers: readonly string[]): RightsRequestEvent => ({
  type: 'RequestReferredToOfficer',
  data: { blockers },
});

/** @param how.partlyRefusedBecause the reason for a refusal in part; absent = approved as a whole */
export const approved = (how: {
  readonly by: 'rule' | 'officer';
  readonly executeAfter: string;
  readonly scope?: ErasureScope | null;
  readonly partlyRefusedBecause?: string | null;
}): RightsRequestEvent[] => {
  const { by, executeAfter, partlyRefusedBecause: reason = null, scope = null } = how;
  return [
    ...(scope === null ? [] : [{ type: 'RequestScopeDecided', data: scope } as const]),
    ...(reason === null ? [] : [{ type: 'RequestPartlyRefused', data: { reason } } as const]),
    { type: 'RequestApproved', data: { by, executeAfter } },
  ];
};

export const askedAndAnswered = (
  data: RightsRequestEvents['RecipientAnswered'],
  answerBy: string,
): RightsRequestEvent[] => [
  { type: 'RecipientAsked', data: { processorId: data.processorId, answerBy } },
  { type: 'RecipientAnswered', data },
];

/** The answer, done or partly done. @throws DomainError `request-pending` while a recipient may still answer */
export const concluded = ({ partlyRefused, recipients }: KnownRequest): RightsRequestEvent => {
  const states = Object.values(recipients);
  if (states.includes('asked')) throw new DomainError('request-pending');
  const whole = !partlyRefused && states.every((state) => state === 'acknowledged');
  return { type: 'RequestAnswered', data: { outcome: whole ? 'done' : 'partlyDone' } };
};
