import type {
  Locale,
  ProfileChanges,
  RightsRequestEvent,
  RightsRequestEvents,
  RightsRequestKind,
} from '@dittoo/contracts';
import { DomainError, type Decider } from '@dittoo/kernel';
import { decideCopy, type CopyCommand } from './copy.decider.js';
import { evolve, isOpen, type ErasureScope, type RightsRequest } from './rights-request.js';

interface Receipt {
  readonly kind: RightsRequestKind;
  readonly dueAt: string;
  readonly noticeVersion: string;
  readonly detail: string | null;
}

export type RightsRequestCommand =
  | (Receipt & {
      readonly type: 'ReceiveRequest';
      readonly identifiedBy: RightsRequestEvents['RequesterIdentified']['method'];
      /** Where the answers go, of somebody without an account. */
      readonly address?: RightsRequestEvents['RequesterAddressNoted'];
    })
  /** From somebody who is not signed in: the address is asked first. */
  | (Receipt & {
      readonly type: 'ReceiveByEmail';
      readonly email: string;
      readonly token: string;
      readonly expiresAt: string;
      readonly language: Locale;
    })
  /** The person corrected it themselves: what is left is to tell who holds the old value (art. 19). */
  | (Receipt & {
      readonly type: 'RecordRectification';
      readonly now: string;
      readonly answers: readonly RightsRequestEvents['RecipientAnswered'][];
    })
  | { readonly type: 'ConfirmByEmail'; readonly token: string; readonly now: string }
  /** The rule decides, where nothing stands in the way; else an officer does. */
  | {
      readonly type: 'DecideByRule';
      readonly blockers: readonly string[];
      readonly scope: ErasureScope | null;
      readonly executeAfter: string;
    }
  /** Nothing but the request itself is known of the address. */
  | { readonly type: 'AnswerNothingHeld' }
  | {
      readonly type: 'Approve';
      readonly scope: ErasureScope | null;
      readonly executeAfter: string;
      /** Why not all of it; `null` = all of it. */
      readonly partlyRefusedBecause: string | null;
      /** Art. 16: what the profile says from now on; `null` = nothing is corrected. */
      readonly correction: ProfileChanges | null;
    }
  | { readonly type: 'Refuse'; readonly reason: string }
  /** Art. 12(3): once, and only while it can still be told in time. */
  | { readonly type: 'Extend'; readonly reason: string; readonly dueAt: string; readonly now: string }
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
  /** Whoever cannot be told by a machine is told by a person: each is asked, and answered for, at once. */
  | {
      readonly type: 'NotifyRecipients';
      readonly answers: readonly RightsRequestEvents['RecipientAnswered'][];
      readonly answerBy: string;
    }
  | ({ readonly type: 'RecordTaskDone' } & RightsRequestEvents['RecipientTaskDone'])
  | { readonly type: 'VerifyErasure' }
  /** Everything asked for was done, but for an erasure or a copy, which end in their own way. */
  | { readonly type: 'Conclude' }
  /** The person was erased meanwhile: there is nothing left to do it to. */
  | { readonly type: 'ConcludeErased' }
  | CopyCommand;

/** An address is asked again at most this often. */
const askAgainAfterMs = 5 * 60_000;

const decide = (command: RightsRequestCommand, request: RightsRequest): RightsRequestEvent[] => {
  switch (command.type) {
    case 'ReceiveRequest':
      if (request.status !== 'none') return [];
      return [
        receipt(command),
        ...(command.address === undefined ? [] : [{ type: 'RequesterAddressNoted', data: command.address } as const]),
        { type: 'RequesterIdentified', data: { method: command.identifiedBy } },
      ];
    case 'ReceiveByEmail':
      return askedByEmail(command, request);
    case 'RecordRectification': {
      if (request.status !== 'none') return [];
      const { answers, now } = command;
      const told = answers.flatMap((answer) => askedAndAnswered(answer, now));
      const whole = answers.every(({ state }) => state === 'acknowledged');
      return [
        receipt(command),
        ...approved('rule', null, now),
        ...told,
        { type: 'RequestAnswered', data: { outcome: whole ? 'done' : 'partlyDone' } },
      ];
    }
    case 'ConfirmByEmail': {
      const asked = request.status === 'received' ? request.confirmation : null;
      if (asked === null || asked.token !== command.token || asked.expiresAt <= command.now)
        throw new DomainError('invalid-confirmation-token');
      return [{ type: 'RequesterIdentified', data: { method: 'confirmedEmail' } }];
    }
    case 'DecideByRule':
      if (request.status !== 'identityVerified') return [];
      if (command.blockers.length > 0) return [referred(command.blockers)];
      return approved('rule', command.scope, command.executeAfter);
    case 'AnswerNothingHeld':
      if (request.status !== 'identityVerified') return [];
      return [
        { type: 'RequestScopeDecided', data: { erase: [], retain: [] } },
        { type: 'RequestAnswered', data: { outcome: 'done' } },
      ];
    case 'Approve':
      if (request.status !== 'referred') throw new DomainError('request-not-open');
      return [
        ...(command.correction === null
          ? []
          : [{ type: 'CorrectionDecided', data: { changes: command.correction } } as const]),
        ...approved('officer', command.scope, command.executeAfter, command.partlyRefusedBecause),
      ];
    case 'Refuse':
      if (request.status !== 'referred') throw new DomainError('request-not-open');
      return [{ type: 'RequestRefused', data: { reason: command.reason } }];
    case 'Extend':
      if (request.status === 'none' || !isOpen(request)) throw new DomainError('request-not-open');
      if (request.extendedBecause !== null) throw new DomainError('request-already-extended');
      if (command.now >= request.dueAt) throw new DomainError('request-overdue');
      return [{ type: 'RequestExtended', data: { dueAt: command.dueAt, reason: command.reason } }];
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
    case 'NotifyRecipients': {
      if (request.status !== 'approved' && request.status !== 'executing') return [];
      const { answerBy, answers } = command;
      return answers
        .filter(({ processorId }) => request.recipients[processorId] === undefined)
        .flatMap((answer) => askedAndAnswered(answer, answerBy));
    }
    case 'RecordTaskDone': {
      const { outcome, processorId } = command;
      const state = request.status === 'none' ? undefined : request.recipients[processorId];
      const done = request.status !== 'none' && request.tasksDone.includes(processorId);
      if (done || (state !== 'notSupported' && state !== 'failed')) throw new DomainError('recipient-task-not-open');
      return [{ type: 'RecipientTaskDone', data: { processorId, outcome } }];
    }
    case 'VerifyErasure': {
      if ((request.status !== 'approved' && request.status !== 'executing') || request.scope === null) return [];
      return [{ type: 'ErasureVerified', data: { categories: request.scope.erase } }, concluded(request)];
    }
    case 'Conclude':
      return request.status === 'approved' || request.status === 'executing' ? [concluded(request)] : [];
    case 'ConcludeErased': {
      if (request.status === 'none' || !isOpen(request)) return [];
      const outcome = request.kind === 'erasure' ? 'done' : 'partlyDone';
      return [{ type: 'RequestAnswered', data: { outcome } }];
    }
    default:
      return decideCopy(command, request);
  }
};

const receipt = ({ detail, dueAt, kind, noticeVersion }: Receipt): RightsRequestEvent => ({
  type: 'RightsRequestReceived',
  data: { kind, dueAt, noticeVersion, detail },
});

/** Asks the address; once more when that was a while ago, so that nobody's mailbox is filled by somebody else. */
const askedByEmail = (
  command: Extract<RightsRequestCommand, { type: 'ReceiveByEmail' }>,
  request: RightsRequest,
): RightsRequestEvent[] => {
  const { email, expiresAt, language, token } = command;
  const ask: RightsRequestEvent = { type: 'ConfirmationAsked', data: { email, token, expiresAt, language } };
  if (request.status === 'none') return [receipt(command), ask];
  if (request.status !== 'received' || request.confirmation === null) return [];
  const sinceMs = Date.parse(expiresAt) - Date.parse(request.confirmation.expiresAt);
  return sinceMs >= askAgainAfterMs ? [ask] : [];
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

const askedAndAnswered = (data: RightsRequestEvents['RecipientAnswered'], answerBy: string): RightsRequestEvent[] => [
  { type: 'RecipientAsked', data: { processorId: data.processorId, answerBy } },
  { type: 'RecipientAnswered', data },
];

/** The answer, and whether it is all of it. @throws DomainError `request-pending` while a recipient may still answer */
const concluded = ({ partlyRefused, recipients }: Exclude<RightsRequest, { status: 'none' }>): RightsRequestEvent => {
  const states = Object.values(recipients);
  if (states.includes('asked')) throw new DomainError('request-pending');
  const whole = !partlyRefused && states.every((state) => state === 'acknowledged');
  return { type: 'RequestAnswered', data: { outcome: whole ? 'done' : 'partlyDone' } };
};

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
