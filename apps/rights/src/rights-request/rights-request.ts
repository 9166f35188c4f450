import type { Retention, RightsRequestEvent, RightsRequestEvents, RightsRequestKind } from '@dittoo/contracts';
import type { DataCategory, Personal } from '@dittoo/kernel';

export type RecipientState = 'asked' | 'acknowledged' | 'failed' | 'notSupported';

/** The categories that are erased and those that are retained. */
export interface ErasureScope {
  readonly erase: readonly DataCategory[];
  readonly retain: readonly Retention[];
}

/** A confirmation request to an address; the last one counts. */
export type Confirmation = RightsRequestEvents['ConfirmationAsked'];

export interface Copy {
  readonly status: 'ready' | 'collected' | 'purged';
  readonly expiresAt: string;
}

/** Where the answer goes; `Erased` once its key is destroyed. */
export type AnswerAddress = RightsRequestEvents['RequesterAddressNoted'];

export interface Received {
  readonly kind: RightsRequestKind;
  readonly dueAt: string;
  /** The request in the person's own words. */
  readonly detail: Personal<string | null>;
  /** Why it takes longer, once it was extended. */
  readonly extendedBecause: Personal<string> | null;
  readonly confirmation: Confirmation | null;
  readonly identifiedBy: RightsRequestEvents['RequesterIdentified']['method'] | null;
  readonly scope: ErasureScope | null;
  readonly partlyRefused: boolean;
  /** The officer's reason for a refusal, written to the person. */
  readonly reason: Personal<string> | null;
  readonly recipients: { readonly [processorId: string]: RecipientState };
  /** Recipients that an officer has contacted. */
  readonly tasksDone: readonly string[];
  readonly copy: Copy | null;
  readonly address: AnswerAddress | null;
  /** `null` = the answer is not on record as delivered, nor as undeliverable. */
  readonly delivery: 'delivered' | 'undelivered' | null;
  /** How an officer received it; `null` = it came through the shop itself. */
  readonly entered: RightsRequestEvents['RequestEnteredByOfficer'] | null;
}

/** One request under art. 15-21. Stream `rightsRequest-<id>`. */
export type RightsRequest =
  | { readonly status: 'none' }
  | (Received & { readonly status: 'received' | 'identityVerified' | 'scopeDecided' })
  | (Received & { readonly status: 'referred'; readonly blockers: readonly string[] })
  | (Received & { readonly status: 'approved'; readonly by: 'rule' | 'officer'; readonly executeAfter: string })
  | (Received & { readonly status: 'executing'; readonly answerBy: string })
  | (Received & { readonly status: 'verified' })
  | (Received & { readonly status: 'answered'; readonly outcome: 'done' | 'partlyDone' })
  | (Received & { readonly status: 'refused' });

export type KnownRequest = Exclude<RightsRequest, { status: 'none' }>;

/** Whether anything but a late answer can still happen to it. */
export const isOpen = ({ status }: RightsRequest): boolean =>
  status !== 'none' && status !== 'answered' && status !== 'refused';

type Undecided = Extract<RightsRequest, { status: 'identityVerified' | 'scopeDecided' | 'referred' }>;

/** Whether its requester is identified and nothing is decided yet: only then more time can be needed for it. */
export const waitsForDecision = (request: RightsRequest): request is Undecided =>
  request.status === 'identityVerified' || request.status === 'scopeDecided' || request.status === 'referred';

/** Whether it was not confirmed in time: it stays unconfirmed and blocks no other request. */
export const hasLapsed = (request: RightsRequest, now: string): boolean =>
  request.status === 'received' && request.confirmation !== null && request.confirmation.expiresAt <= now;

const initially = {
  extendedBecause: null,
  confirmation: null,
  identifiedBy: null,
  scope: null,
  partlyRefused: false,
  reason: null,
  recipients: {},
  tasksDone: [],
  copy: null,
  address: null,
  delivery: null,
  entered: null,
} as const;

export const evolve = (request: RightsRequest, event: RightsRequestEvent): RightsRequest => {
  if (event.type === 'RightsRequestReceived') {
    const { detail, dueAt, kind } = event.data;
    return { status: 'received', kind, dueAt, detail, ...initially };
  }
  // No request: the person has done it already, and only recipients may be left to contact.
  if (event.type === 'OwnCorrectionNoted') {
    const { notedAt: dueAt } = event.data;
    return { status: 'answered', outcome: 'done', kind: 'rectification', dueAt, detail: null, ...initially };
  }
  if (request.status === 'none') return request;
  const { recipients, copy } = request;
  const received = receivedOf(request);
  switch (event.type) {
    case 'ConfirmationAsked':
      return { ...request, confirmation: event.data };
    case 'CorrectionDecided':
      return request;
    case 'RequesterAddressNoted':
      return { ...request, address: event.data };
    case 'RequestEnteredByOfficer':
      return { ...request, entered: event.data };
    case 'AnswerDelivered':
      return { ...request, delivery: 'delivered' };
    case 'AnswerUndelivered':
      return { ...request, delivery: 'undelivered' };
    case 'RequesterIdentified':
      return { ...received, identifiedBy: event.data.method, status: 'identityVerified' };
    case 'RequestScopeDecided': {
      const { erase, retain } = event.data;
      const before = request.status === 'received' || request.status === 'identityVerified';
      return before
        ? { ...received, status: 'scopeDecided', scope: { erase, retain } }
        : { ...request, scope: { erase, retain } };
    }
    case 'RequestReferredToOfficer':
      return { ...received, status: 'referred', blockers: event.data.blockers };
    case 'RequestApproved':
      return { ...received, status: 'approved', by: event.data.by, executeAfter: event.data.executeAfter };
    case 'RequestPartlyRefused':
      return { ...request, partlyRefused: true, reason: event.data.reason };
    case 'RequestRefused':
      return { ...received, status: 'refused', reason: event.data.reason };
    case 'RecipientAsked': {
      const { answerBy, processorId } = event.data;
      if (request.status === 'answered') return { ...request, recipients: { ...recipients, [processorId]: 'asked' } };
      return { ...received, status: 'executing', answerBy, recipients: { ...recipients, [processorId]: 'asked' } };
    }
    case 'RecipientAnswered':
      return {
        ...request,
        recipients: { ...recipients, [event.data.processorId]: event.data.state },
        // The recipient's answer is newer than the officer's record.
        tasksDone: request.tasksDone.filter((processorId) => processorId !== event.data.processorId),
      };
    case 'RecipientTaskDone': {
      const { outcome, processorId } = event.data;
      const tasksDone = [...request.tasksDone, processorId];
      return { ...request, tasksDone, recipients: { ...recipients, [processorId]: outcome } };
    }
    case 'CopyPrepared':
      return { ...request, copy: { status: 'ready', expiresAt: event.data.expiresAt } };
    case 'CopyCollected':
      return copy === null ? request : { ...request, copy: { ...copy, status: 'collected' } };
    case 'CopyPurged':
      return copy === null ? request : { ...request, copy: { ...copy, status: 'purged' } };
    case 'ErasureVerified':
      return { ...received, status: 'verified' };
    case 'RequestAnswered':
      return { ...received, status: 'answered', outcome: event.data.outcome };
    case 'RequestExtended':
      return { ...request, dueAt: event.data.dueAt, extendedBecause: event.data.reason };
  }
};

/** The parts that all states after `none` have, without those of one state only. */
const receivedOf = (request: KnownRequest): Received => {
  const { kind, dueAt, detail, extendedBecause, confirmation, identifiedBy, scope } = request;
  const { partlyRefused, reason, recipients, tasksDone, copy, address, delivery, entered } = request;
  return {
    kind,
    dueAt,
    detail,
    extendedBecause,
    confirmation,
    identifiedBy,
    scope,
    partlyRefused,
    reason,
    recipients,
    tasksDone,
    copy,
    address,
    delivery,
    entered,
  };
};
