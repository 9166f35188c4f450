import type { RightsRequestEvent, RightsRequestEvents } from '@dittoo/contracts';
import { askedAndAnswered, concluded, referred } from './request-events.js';
import { mailboxOnly, type RequestKind } from './request-kind.js';
import { isOpen, type ErasureScope, type KnownRequest, type RightsRequest } from './rights-request.js';

/**
 * Art. 17. The rule approves it where no order, invoice or legal hold needs the data; an officer may keep the data of
 * open orders. It is answered when the keys are destroyed, every recipient has answered or missed its deadline, and the
 * keys are verified as unusable.
 */
export const erasureRequest: RequestKind = {
  differsByWords: false,
  endsAtOnce: [],
  judgedBy: 'erasureScope',
  blockers: (request, facts) => [...mailboxOnly(request, facts), ...(facts.erasure?.blockers ?? [])],
  decisions: ['approve', 'partlyRefuse', 'refuse'],
  takesCorrection: false,
  keptIfPartlyRefused: ['orderDelivery'],
  coolsOff: true,
  steps: () => [{ type: 'tellRecipients' }],
  answeredBy: 'destroyedKeys',
};

/** The course of an erasure after its approval. Part of the request's decider. */
export type ErasureCommand =
  /** Given again right before the erasure: there may be new blockers, or more data to keep. */
  | { readonly type: 'ConfirmScope'; readonly blockers: readonly string[]; readonly scope: ErasureScope }
  | { readonly type: 'AskRecipients'; readonly processorIds: readonly string[]; readonly answerBy: string }
  | {
      readonly type: 'RecordAnswer';
      readonly answer: RightsRequestEvents['RecipientAnswered'];
      readonly answerBy: string;
    }
  /** The recipients' deadline has passed. */
  | { readonly type: 'GiveUpOnRecipients' }
  | { readonly type: 'VerifyErasure' };

export const decideErasure = (command: ErasureCommand, request: RightsRequest): RightsRequestEvent[] => {
  if (request.status === 'none' || request.kind !== 'erasure') return [];
  if (command.type === 'RecordAnswer') return answered(command, request);
  if (request.status !== 'approved' && request.status !== 'executing') return [];
  switch (command.type) {
    case 'ConfirmScope':
      // An officer already knew the blockers; and after recipients were asked the erasure cannot be stopped.
      if (request.status === 'approved' && request.by === 'rule' && command.blockers.length > 0)
        return [referred(command.blockers)];
      return isSameScope(command.scope, request.scope) ? [] : [{ type: 'RequestScopeDecided', data: command.scope }];
    case 'AskRecipients': {
      const answerBy = request.status === 'executing' ? request.answerBy : command.answerBy;
      return command.processorIds
        .filter((processorId) => request.recipients[processorId] === undefined)
        .map((processorId) => ({ type: 'RecipientAsked', data: { processorId, answerBy } }));
    }
    case 'GiveUpOnRecipients':
      return Object.entries(request.recipients)
        .filter(([, state]) => state === 'asked')
        .map(([processorId]) => ({
          type: 'RecipientAnswered',
          data: { processorId, state: 'failed', reason: 'noAnswer' },
        }));
    case 'VerifyErasure':
      if (request.scope === null) return [];
      return [{ type: 'ErasureVerified', data: { categories: request.scope.erase } }, concluded(request)];
  }
};

/** A late answer counts too: it is appended after the failure that was recorded for the missing one. */
const answered = (
  { answer, answerBy }: Extract<ErasureCommand, { type: 'RecordAnswer' }>,
  request: KnownRequest,
): RightsRequestEvent[] => {
  const state = request.recipients[answer.processorId];
  if (state === answer.state) return [];
  if (state !== undefined || !isOpen(request)) return [{ type: 'RecipientAnswered', data: answer }];
  // Answered before the question was recorded: recipients act on the fence in the person's stream.
  return askedAndAnswered(answer, answerBy);
};

const isSameScope = (one: ErasureScope, other: ErasureScope | null): boolean =>
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
