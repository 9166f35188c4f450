import type { RightsRequestEvent, RightsRequestEvents, RightsRequestKind } from '@dittoo/contracts';
import { DomainError, type Decider } from '@dittoo/kernel';
import { evolve, isOpen, type ErasureScope, type RightsRequest } from './rights-request.js';

export type RightsRequestCommand =
  | {
      readonly type: 'ReceiveRequest';
      readonly kind: RightsRequestKind;
      readonly dueAt: string;
      readonly noticeVersion: string;
      readonly detail: string | null;
      readonly identifiedBy: RightsRequestEvents['RequesterIdentified']['method'];
    }
  /** The rule decides, where nothing stands in the way; else an officer does. */
  | {
      readonly type: 'DecideByRule';
      readonly blockers: readonly string[];
      readonly scope: ErasureScope | null;
      readonly executeAfter: string;
    }
  | {
      readonly type: 'Approve';
      readonly scope: ErasureScope | null;
      readonly executeAfter: string;
      /** Why not all of it; `null` = all of it. */
      readonly partlyRefusedBecause: string | null;
    }
  | { readonly type: 'Refuse'; readonly reason: string }
  /** Said again right before it is done: what came in between may stand in the way, or have to stay. */
  | { readonly type: 'ConfirmScope'; readonly blockers: readonly string[]; readonly scope: ErasureScope }
  | { readonly type: 'AskRecipients'; readonly processorIds: readonly string[]; readonly answerBy: string }
  | {
      readonly type: 'RecordAnswer';
      readonly answer: RightsRequestEvents['RecipientAnswered'];
      readonly answerBy: string;
    }
  /** Their time is over. */
  | { readonly type: 'GiveUpOnRecipients' }
  | { readonly type: 'VerifyErasure' };

const decide = (command: RightsRequestCommand, request: RightsRequest): RightsRequestEvent[] => {
  switch (command.type) {
    case 'ReceiveRequest': {
      if (request.status !== 'none') return [];
      const { detail, dueAt, kind, noticeVersion } = command;
      return [
        { type: 'RightsRequestReceived', data: { kind, dueAt, noticeVersion, detail } },
        { type: 'RequesterIdentified', data: { method: command.identifiedBy } },
      ];
    }
    case 'DecideByRule':
      if (request.status !== 'identityVerified') return [];
      if (command.blockers.length > 0) return [referred(command.blockers)];
      return approved('rule', command.scope, command.executeAfter);
    case 'Approve':
      if (request.status !== 'referred') throw new DomainError('request-not-open');
      return approved('officer', command.scope, command.executeAfter, command.partlyRefusedBecause);
    case 'Refuse':
      if (request.status !== 'referred') throw new DomainError('request-not-open');
      return [{ type: 'RequestRefused', data: { reason: command.reason } }];
    case 'ConfirmScope':
      if (request.status !== 'approved' && request.status !== 'executing') return [];
      // An officer knew what stands in the way; once recipients were asked there is no way back.
      if (request.status === 'approved' && request.by === 'rule' && command.blockers.length > 0)
        return [referred(command.blockers)];
      return sameScope(command.scope, request.scope) ? [] : [{ type: 'RequestScopeDecided', data: command.scope }];
    case 'AskRecipients': {
      if (request.status !== 'approved' && request.status !== 'executing') return [];
      const answerBy = request.status === 'executing' ? request.answerBy : command.answerBy;
      return command.processorIds
        .filter((processorId) => request.recipients[processorId] === undefined)
        .map((processorId) => ({ type: 'RecipientAsked', data: { processorId, answerBy } }));
    }
    case 'RecordAnswer':
      return answered(command, request);
    case 'GiveUpOnRecipients':
      if (request.status !== 'executing') return [];
      return Object.entries(request.recipients)
        .filter(([, state]) => state === 'asked')
        .map(([processorId]) => ({
          type: 'RecipientAnswered',
          data: { processorId, state: 'failed', reason: 'noAnswer' },
        }));
    case 'VerifyErasure': {
      if ((request.status !== 'approved' && request.status !== 'executing') || request.scope === null) return [];
      const states = Object.values(request.recipients);
      if (states.includes('asked')) throw new DomainError('request-pending');
      const whole = !request.partlyRefused && states.every((state) => state === 'acknowledged');
      const outcome = whole ? 'done' : 'partlyDone';
      return [
        { type: 'ErasureVerified', data: { categories: request.scope.erase } },
        { type: 'RequestAnswered', data: { outcome } },
      ];
    }
  }
};

const referred = (blockers: readonly string[]): RightsRequestEvent => ({
  type: 'RequestReferredToOfficer',
  data: { blockers },
});

const approved = (
  by: 'rule' | 'officer',
  scope: ErasureScope | null,
  executeAfter: string,
  partlyRefusedBecause: string | null = null,
): RightsRequestEvent[] => [
  ...(scope === null ? [] : [{ type: 'RequestScopeDecided', data: scope } as const]),
  ...(partlyRefusedBecause === null
    ? []
    : [{ type: 'RequestPartlyRefused', data: { reason: partlyRefusedBecause } } as const]),
  { type: 'RequestApproved', data: { by, executeAfter } },
];

/** A late answer counts too: it is written behind the failure that was noted in its place. */
const answered = (
  { answer, answerBy }: Extract<RightsRequestCommand, { type: 'RecordAnswer' }>,
  request: RightsRequest,
): RightsRequestEvent[] => {
  if (request.status === 'none' || request.kind !== 'erasure') return [];
  const known = request.recipients[answer.processorId];
  if (known === answer.state) return [];
  const answeredNow: RightsRequestEvent = { type: 'RecipientAnswered', data: answer };
  if (known !== undefined || !isOpen(request)) return [answeredNow];
  // Faster than our note that it was asked: the question is the fence in the person's stream.
  return [{ type: 'RecipientAsked', data: { processorId: answer.processorId, answerBy } }, answeredNow];
};

const sameScope = (one: ErasureScope, other: ErasureScope | null): boolean =>
  other !== null &&
  one.erase.join() === other.erase.join() &&
  one.retain.length === other.retain.length &&
  one.retain.every(({ category, reason, scopes, until }, index) => {
    const kept = other.retain[index];
    return (
      kept?.category === category &&
      kept.reason === reason &&
      kept.until === until &&
      kept.scopes?.join() === scopes?.join()
    );
  });

export const rightsRequestDecider: Decider<RightsRequestCommand, RightsRequest, RightsRequestEvent> = {
  category: 'rightsRequest',
  initialState: { status: 'none' },
  decide,
  evolve,
};
