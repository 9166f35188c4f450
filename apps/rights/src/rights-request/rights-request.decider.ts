import type {
  Locale,
  ProfileChanges,
  RightsRequestEvent,
  RightsRequestEvents,
  RightsRequestKind,
} from '@dittoo/contracts';
import { DomainError, isErased, type Decider } from '@dittoo/kernel';
import { decideDelivery, type DeliveryCommand } from './answer-delivery.decider.js';
import { decideCopy, type CopyCommand } from './copy.decider.js';
import { decideErasure, type ErasureCommand } from './erasure.decider.js';
import { decideNotification, type NotificationCommand } from './notification.decider.js';
import { noteOwnCorrection, type RectificationCommand } from './rectification.decider.js';
import { addressNoted, approved, received, referred, type Receipt } from './request-events.js';
import type { Facts, OfficersDecision } from './request-kind.js';
import { requestKinds } from './request-kinds.js';
import { evolve, isOpen, waitsForDecision, type ErasureScope, type RightsRequest } from './rights-request.js';

/** Determines when an approval is executed. */
interface Execution {
  readonly now: string;
  /** For kinds with a cooling-off. */
  readonly coolingOffMs: number;
}

/** The commands of requests of any kind. The rules of each kind are in its own decider. */
export type RightsRequestCommand =
  | (Receipt & {
      readonly type: 'ReceiveRequest';
      readonly identifiedBy: RightsRequestEvents['RequesterIdentified']['method'];
      /** Where the answers go; absent = no address is known. */
      readonly address?: RightsRequestEvents['RequesterAddressNoted'];
      /** Only of a request that an officer enters. */
      readonly entered?: RightsRequestEvents['RequestEnteredByOfficer'];
    })
  /** From a person who is not signed in: the address must be confirmed first. */
  | (Receipt & {
      readonly type: 'ReceiveByEmail';
      readonly email: string;
      readonly token: string;
      readonly expiresAt: string;
      readonly language: Locale;
    })
  | { readonly type: 'ConfirmByEmail'; readonly token: string; readonly now: string }
  /** The rule approves, or refers the request to an officer. */
  | (Execution & { readonly type: 'Judge'; readonly facts: Facts })
  | (Execution & {
      readonly type: 'Decide';
      readonly decision: OfficersDecision;
      /** The reason for the person, of a refusal or a refusal in part. */
      readonly reason: string | null;
      /** Art. 16: the corrected fields of the profile; `null` = no correction. */
      readonly correction: ProfileChanges | null;
      /** Only for an erasure that is not refused. */
      readonly scope: ErasureScope | null;
    })
  /** Art. 12(3): once, before the due date, and only while it waits for a decision. */
  | { readonly type: 'Extend'; readonly reason: string; readonly dueAt: string; readonly now: string }
  | ({ readonly type: 'RecordTaskDone' } & RightsRequestEvents['RecipientTaskDone'])
  /** The person was erased meanwhile, so it cannot be executed any more. */
  | { readonly type: 'ConcludeErased' }
  | RectificationCommand
  | DeliveryCommand
  | CopyCommand
  | NotificationCommand
  | ErasureCommand;

/** Least time between two confirmation mails to an address. */
const askAgainAfterMs = 5 * 60_000;

const decide = (command: RightsRequestCommand, request: RightsRequest): RightsRequestEvent[] => {
  switch (command.type) {
    case 'ReceiveRequest':
      if (request.status !== 'none') return [];
      return [
        received(command),
        ...(command.entered === undefined ? [] : [{ type: 'RequestEnteredByOfficer', data: command.entered } as const]),
        ...(command.address === undefined ? [] : [addressNoted(command.address)]),
        { type: 'RequesterIdentified', data: { method: command.identifiedBy } },
      ];
    case 'ReceiveByEmail':
      return askedByEmail(command, request);
    case 'ConfirmByEmail': {
      const asked = request.status === 'received' ? request.confirmation : null;
      if (asked === null || asked.token !== command.token || asked.expiresAt <= command.now)
        throw new DomainError('invalid-confirmation-token');
      return [
        ...(isErased(asked.email) ? [] : [addressNoted({ email: asked.email, language: asked.language })]),
        { type: 'RequesterIdentified', data: { method: 'confirmedEmail' } },
      ];
    }
    case 'Judge':
      return judged(command, request);
    case 'Decide':
      return decidedByOfficer(command, request);
    case 'Extend':
      if (!waitsForDecision(request)) throw new DomainError('request-not-open');
      if (request.extendedBecause !== null) throw new DomainError('request-already-extended');
      if (command.now >= request.dueAt) throw new DomainError('request-overdue');
      return [{ type: 'RequestExtended', data: { dueAt: command.dueAt, reason: command.reason } }];
    case 'RecordTaskDone': {
      const { outcome, processorId } = command;
      const state = request.status === 'none' ? undefined : request.recipients[processorId];
      const done = request.status !== 'none' && request.tasksDone.includes(processorId);
      if (done || (state !== 'notSupported' && state !== 'failed')) throw new DomainError('recipient-task-not-open');
      return [{ type: 'RecipientTaskDone', data: { processorId, outcome } }];
    }
    case 'ConcludeErased': {
      if (request.status === 'none' || !isOpen(request)) return [];
      // For an erasure this is the requested result; any other kind was not executed.
      const outcome = requestKinds[request.kind].answeredBy === 'destroyedKeys' ? 'done' : 'partlyDone';
      return [{ type: 'RequestAnswered', data: { outcome } }];
    }
    case 'NoteOwnCorrection':
      return noteOwnCorrection(command, request);
    case 'RecordDelivery':
    case 'RecordUndelivered':
      return decideDelivery(command, request);
    case 'RecordCopy':
    case 'CollectCopy':
    case 'PurgeCopy':
      return decideCopy(command, request);
    case 'NotifyRecipients':
    case 'Conclude':
      return decideNotification(command, request);
    default:
      return decideErasure(command, request);
  }
};

/** Requests the confirmation of the address; again only after a pause, so that nobody can flood another's mailbox. */
const askedByEmail = (
  command: Extract<RightsRequestCommand, { type: 'ReceiveByEmail' }>,
  request: RightsRequest,
): RightsRequestEvent[] => {
  const { email, expiresAt, language, token } = command;
  const ask: RightsRequestEvent = { type: 'ConfirmationAsked', data: { email, token, expiresAt, language } };
  if (request.status === 'none') return [received(command), ask];
  if (request.status !== 'received' || request.confirmation === null) return [];
  const sinceMs = Date.parse(expiresAt) - Date.parse(request.confirmation.expiresAt);
  return sinceMs >= askAgainAfterMs ? [ask] : [];
};

const judged = (
  { facts, ...when }: Extract<RightsRequestCommand, { type: 'Judge' }>,
  request: RightsRequest,
): RightsRequestEvent[] => {
  if (request.status !== 'identityVerified') return [];
  const { blockers, judgedBy } = requestKinds[request.kind];
  // The request is all that is known about the person.
  if (judgedBy !== 'request' && !facts.isSomethingHeld)
    return [
      { type: 'RequestScopeDecided', data: { erase: [], retain: [] } },
      { type: 'RequestAnswered', data: { outcome: 'done' } },
    ];
  const scope = requireScope(request.kind, facts.erasure?.scope ?? null);
  const reasons = blockers(request, facts);
  if (reasons.length > 0) return [referred(reasons)];
  return approved({ by: 'rule', executeAfter: executeAfter(request.kind, when), scope });
};

const decidedByOfficer = (
  command: Extract<RightsRequestCommand, { type: 'Decide' }>,
  request: RightsRequest,
): RightsRequestEvent[] => {
  if (request.status !== 'referred') throw new DomainError('request-not-open');
  const { correction, decision, reason } = command;
  const { decisions, takesCorrection } = requestKinds[request.kind];
  const isCorrectable = takesCorrection && decision !== 'refuse';
  if (!decisions.includes(decision) || (correction !== null && !isCorrectable))
    throw new DomainError('decision-not-possible');
  if (decision !== 'approve' && reason === null) throw new DomainError('invalid-field');
  // Otherwise the person would be told that a value was corrected that nobody has changed.
  if (isCorrectable && !isChange(correction))
    throw new DomainError('decision-not-possible', 'send the corrected values, or refuse with the reason');
  if (decision === 'refuse' && reason !== null) return [{ type: 'RequestRefused', data: { reason } }];
  return [
    ...(correction === null ? [] : [{ type: 'CorrectionDecided', data: { changes: correction } } as const]),
    ...approved({
      by: 'officer',
      executeAfter: executeAfter(request.kind, command),
      scope: requireScope(request.kind, command.scope),
      partlyRefusedBecause: decision === 'partlyRefuse' ? reason : null,
    }),
  ];
};

const isChange = (correction: ProfileChanges | null): boolean =>
  correction !== null && Object.values(correction).some((value) => value !== undefined);

/** Requires a scope exactly for the kinds that have one. */
const requireScope = (kind: RightsRequestKind, scope: ErasureScope | null): ErasureScope | null => {
  if ((requestKinds[kind].judgedBy === 'erasureScope') !== (scope !== null))
    throw new DomainError('decision-not-possible');
  return scope;
};

const executeAfter = (kind: RightsRequestKind, { coolingOffMs, now }: Execution): string =>
  requestKinds[kind].coolsOff ? new Date(Date.parse(now) + coolingOffMs).toISOString() : now;

export const rightsRequestDecider: Decider<RightsRequestCommand, RightsRequest, RightsRequestEvent> = {
  category: 'rightsRequest',
  initialState: { status: 'none' },
  decide,
  evolve,
};
