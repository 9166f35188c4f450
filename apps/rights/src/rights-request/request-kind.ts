import type { DataCategory } from '@dittoo/kernel';
import type { Purpose } from '@dittoo/contracts';
import type { ErasureScope, Received } from './rights-request.js';

/** An officer's possible decisions about a referred request; a kind may allow fewer. */
export const officersDecisions = ['approve', 'refuse', 'partlyRefuse'] as const;
export type OfficersDecision = (typeof officersDecisions)[number];

/** The facts about the person when the request is judged. */
export interface Facts {
  /** Whether the person has or had an account; otherwise they are a contact. */
  readonly isCustomer: boolean;
  /** Whether any service holds data of them, besides the requests themselves. */
  readonly isSomethingHeld: boolean;
  /** Only for kinds that are judged by `erasureScope`. */
  readonly erasure: {
    readonly scope: ErasureScope;
    /** Why it cannot be erased now: `openOrder`, `unpaidInvoice`, `legalHold`. */
    readonly blockers: readonly string[];
  } | null;
}

export interface Approval {
  readonly by: 'rule' | 'officer';
  readonly partlyRefused: boolean;
}

/** `object`: to marketing, or also to every purpose based on the shop's legitimate interests (art. 21(1)). */
export type Step =
  | { readonly type: 'restrict' }
  | { readonly type: 'object'; readonly to: 'marketing' | 'allObjectable' }
  /** Art. 19: notifies every recipient of the person's data. */
  | { readonly type: 'tellRecipients' };

/**
 * The rules of one kind of request. The life of a request (received, due, extended, referred, decided, answered) is the
 * same for all kinds and uses these rules.
 */
export interface RequestKind {
  /** `true`: another text makes another request. `false`: a second request of the kind repeats the one in flight. */
  readonly differsByWords: boolean;
  /** Purposes that end as soon as the requester is identified, whatever the decision. */
  readonly endsAtOnce: readonly Purpose[];
  /** The facts that it is judged by; each value includes the previous ones. */
  readonly judgedBy: 'request' | 'heldData' | 'erasureScope';
  /** Why an officer must decide, as codes without personal data; none = the rule approves. */
  blockers(request: Received, facts: Facts): readonly string[];
  /** The decisions an officer may take. */
  readonly decisions: readonly OfficersDecision[];
  /** Whether an approval may contain a correction of the profile (art. 16). */
  readonly takesCorrection: boolean;
  /** The categories that are kept if an officer refuses a part. */
  readonly keptIfPartlyRefused: readonly DataCategory[];
  /** Whether the execution waits for the cooling-off. */
  readonly coolsOff: boolean;
  /** The steps after the approval, in this order, before the answer. An erasure has its own execution: they are its preview. */
  steps(approval: Approval): readonly Step[];
  /** The kind of answer. */
  readonly answeredBy: 'copy' | 'conclusion' | 'destroyedKeys';
}

/**
 * A mailbox is not an account, and neither is a letter or a call: without a sign-in an officer decides a customer's
 * request, and every request that an officer entered.
 */
export const mailboxOnly = ({ identifiedBy }: Received, { isCustomer }: Facts): readonly string[] => {
  if (identifiedBy === 'byOfficer') return ['enteredByOfficer'];
  return identifiedBy === 'confirmedEmail' && isCustomer ? ['identifiedByEmailOnly'] : [];
};
