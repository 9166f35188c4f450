import type { Retention, RightsRequestEvent, RightsRequestKind } from '@dittoo/contracts';

export type RecipientState = 'asked' | 'acknowledged' | 'failed' | 'notSupported';

/** What goes and what stays. */
export interface ErasureScope {
  readonly erase: readonly string[];
  readonly retain: readonly Retention[];
}

interface Received {
  readonly kind: RightsRequestKind;
  readonly dueAt: string;
  readonly scope: ErasureScope | null;
  readonly partlyRefused: boolean;
  readonly recipients: { readonly [processorId: string]: RecipientState };
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

/** May anything still happen to it but a late answer? */
export const isOpen = ({ status }: RightsRequest): boolean =>
  status !== 'none' && status !== 'answered' && status !== 'refused';

export const evolve = (request: RightsRequest, event: RightsRequestEvent): RightsRequest => {
  if (event.type === 'RightsRequestReceived') {
    const { dueAt, kind } = event.data;
    return { status: 'received', kind, dueAt, scope: null, partlyRefused: false, recipients: {} };
  }
  if (request.status === 'none') return request;
  const { kind, dueAt, scope, partlyRefused, recipients } = request;
  const received = { kind, dueAt, scope, partlyRefused, recipients };
  switch (event.type) {
    case 'RequesterIdentified':
      return { ...received, status: 'identityVerified' };
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
      return { ...request, partlyRefused: true };
    case 'RequestRefused':
      return { ...received, status: 'refused' };
    case 'RecipientAsked': {
      const { answerBy, processorId } = event.data;
      return { ...received, status: 'executing', answerBy, recipients: { ...recipients, [processorId]: 'asked' } };
    }
    case 'RecipientAnswered':
      return { ...request, recipients: { ...recipients, [event.data.processorId]: event.data.state } };
    case 'ErasureVerified':
      return { ...received, status: 'verified' };
    case 'RequestAnswered':
      return { ...received, status: 'answered', outcome: event.data.outcome };
    case 'RequestExtended':
      return { ...request, dueAt: event.data.dueAt };
    default:
      return request;
  }
};
