import type { RightsRequestEvent, RightsRequestEvents, RightsRequestKind } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import type { Facts } from './request-kind.js';
import { rightsRequestDecider } from './rights-request.decider.js';
import type { ErasureScope } from './rights-request.js';

/** For specs: the events and commands of an invented request, at fixed times. */
export const given = deciderSpec(rightsRequestDecider);

export const now = '2026-11-22T08:00:00.000Z';
export const dueAt = '2026-12-22T22:59:59.000Z';
export const answerBy = '2026-11-25T08:00:00.000Z';
export const notice = { dueAt, noticeVersion: 'v1' };
export const scope: ErasureScope = {
  erase: ['profile', 'contact'],
  retain: [{ category: 'consentEvidence', reason: 'legalClaims', until: '2029-11-22' }],
};

export const received = (kind: RightsRequestKind, detail: string | null = null): RightsRequestEvent => ({
  type: 'RightsRequestReceived',
  data: { kind, ...notice, detail },
});
export const identified = (
  method: RightsRequestEvents['RequesterIdentified']['method'] = 'freshReauthentication',
): RightsRequestEvent => ({ type: 'RequesterIdentified', data: { method } });
export const referred = (...blockers: string[]): RightsRequestEvent => ({
  type: 'RequestReferredToOfficer',
  data: { blockers },
});
export const approved = (by: 'rule' | 'officer' = 'rule', executeAfter = now): RightsRequestEvent => ({
  type: 'RequestApproved',
  data: { by, executeAfter },
});
export const scoped: RightsRequestEvent = { type: 'RequestScopeDecided', data: scope };
export const partlyRefused = (reason: string): RightsRequestEvent => ({
  type: 'RequestPartlyRefused',
  data: { reason },
});
export const refused = (reason: string): RightsRequestEvent => ({ type: 'RequestRefused', data: { reason } });
export const asked = (processorId: string, by = answerBy): RightsRequestEvent => ({
  type: 'RecipientAsked',
  data: { processorId, answerBy: by },
});
export const answered = (
  processorId: string,
  state: RightsRequestEvents['RecipientAnswered']['state'] = 'acknowledged',
  reason = 'deleted',
): RightsRequestEvent => ({ type: 'RecipientAnswered', data: { processorId, state, reason } });
export const done = (outcome: 'done' | 'partlyDone' = 'done'): RightsRequestEvent => ({
  type: 'RequestAnswered',
  data: { outcome },
});

/** A received request whose requester is identified. */
export const identifiedRequest = (kind: RightsRequestKind): RightsRequestEvent[] => [received(kind), identified()];
/** A request approved by the rule; of an erasure with its scope before. */
export const approvedRequest = (kind: RightsRequestKind): RightsRequestEvent[] => [
  ...identifiedRequest(kind),
  ...(kind === 'erasure' ? [scoped] : []),
  approved(),
];
/** A request that waits for an officer. */
export const referredRequest = (kind: RightsRequestKind): RightsRequestEvent[] => [
  ...identifiedRequest(kind),
  referred('a reason'),
];

/** A customer of whom data is held. */
export const customer: Facts = { isCustomer: true, isSomethingHeld: true, erasure: null };
export const free: Facts = { ...customer, erasure: { scope, blockers: [] } };

const when = { now, coolingOffMs: 0 };
export const judge = (facts: Facts, coolingOffMs = 0) => ({ type: 'Judge', facts, now, coolingOffMs }) as const;
/** Officers' decisions; of an erasure with a scope. */
export const decide = {
  approve: { type: 'Decide', decision: 'approve', reason: null, correction: null, scope: null, ...when },
  partlyRefuse: { type: 'Decide', decision: 'partlyRefuse', reason: 'not all', correction: null, scope: null, ...when },
  refuse: { type: 'Decide', decision: 'refuse', reason: 'not you', correction: null, scope: null, ...when },
} as const;
