import type { Retention, RightsRequestEvents, RightsRequestKind } from '@dittoo/contracts';
import { recordedAs, type RecordedEvent } from '@dittoo/kernel';
import { textIn, type Language, type Register } from '@dittoo/processor-register';

type RecipientState = RightsRequestEvents['RecipientAnswered']['state'] | 'asked';

/** What a letter about a request may say, from the plain fields of its stream: nothing personal. */
export interface RequestFacts {
  readonly kind: RightsRequestKind;
  readonly dueAt: string;
  readonly method: RightsRequestEvents['RequesterIdentified']['method'] | null;
  /** Why an officer decides, as codes. */
  readonly blockers: readonly string[];
  readonly approvedBy: 'rule' | 'officer' | null;
  readonly partlyRefused: boolean;
  readonly outcome: 'done' | 'partlyDone' | null;
  readonly retained: readonly Retention[];
  readonly recipients: { readonly [processorId: string]: RecipientState };
  readonly copyExpiresAt: string | null;
  /** Of an erasure: its keys were destroyed by this request itself. */
  readonly keysDestroyed: boolean;
}

const unknownRequest: RequestFacts = {
  kind: 'access',
  dueAt: '',
  method: null,
  blockers: [],
  approvedBy: null,
  partlyRefused: false,
  outcome: null,
  retained: [],
  recipients: {},
  copyExpiresAt: null,
  keysDestroyed: false,
};

/** `null` = the stream is not that of a request. */
export const requestFactsOf = (history: readonly RecordedEvent[]): RequestFacts | null =>
  history.some(({ type }) => type === 'RightsRequestReceived') ? history.reduce(evolve, unknownRequest) : null;

const evolve = (facts: RequestFacts, recorded: RecordedEvent): RequestFacts => {
  const { data, type } = recordedAs<RightsRequestEvents>(recorded);
  switch (type) {
    case 'RightsRequestReceived':
      return { ...facts, kind: data.kind, dueAt: data.dueAt };
    case 'RequesterIdentified':
      return { ...facts, method: data.method };
    case 'RequestReferredToOfficer':
      return { ...facts, blockers: data.blockers };
    case 'RequestScopeDecided':
      return { ...facts, retained: data.retain };
    case 'RequestApproved':
      return { ...facts, approvedBy: data.by };
    case 'RequestPartlyRefused':
      return { ...facts, partlyRefused: true };
    case 'RequestExtended':
      return { ...facts, dueAt: data.dueAt };
    case 'RecipientAsked':
      return { ...facts, recipients: { ...facts.recipients, [data.processorId]: 'asked' } };
    case 'RecipientAnswered':
      return { ...facts, recipients: { ...facts.recipients, [data.processorId]: data.state } };
    case 'RecipientTaskDone':
      return { ...facts, recipients: { ...facts.recipients, [data.processorId]: data.outcome } };
    case 'CopyPrepared':
      return { ...facts, copyExpiresAt: data.expiresAt };
    case 'ErasureVerified':
      return { ...facts, keysDestroyed: true };
    case 'RequestAnswered':
      return { ...facts, outcome: data.outcome };
    default:
      return facts;
  }
};

/** The same with the names of the register, in the language of the letter. */
export interface RequestInWords extends Omit<RequestFacts, 'retained' | 'recipients'> {
  readonly retained: readonly {
    readonly label: string;
    readonly reason: Retention['reason'];
    readonly until: string;
  }[];
  readonly confirmed: readonly string[];
  /** Recipients that did not confirm: an officer contacts them. */
  readonly unconfirmed: readonly string[];
}

export const requestInWords = (register: Register, language: Language, facts: RequestFacts): RequestInWords => {
  const named = (wanted: boolean): string[] =>
    Object.entries(facts.recipients)
      .filter(([, state]) => (state === 'acknowledged') === wanted)
      .map(([processorId]) => register.processors[processorId]?.publishedName ?? processorId);
  return {
    ...facts,
    retained: facts.retained.map(({ category, reason, until }) => ({
      label: textIn(register.dataCategories[category].label, language),
      reason,
      until,
    })),
    confirmed: named(true),
    unconfirmed: named(false),
  };
};
