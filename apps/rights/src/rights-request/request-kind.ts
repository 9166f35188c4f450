import type { DataCategory } from '@dittoo/kernel';
import type { Purpose } from '@dittoo/contracts';
import type { ErasureScope, Received } from './rights-request.js';

/** What an officer may decide about a request that was referred to them; a kind may allow less. */
export const officersDecisions = ['approve', 'refuse', 'partlyRefuse'] as const;
export type OfficersDecision = (typeof officersDecisions)[number];

/** What was read of the person when the request is judged. */
export interface Facts {
  /** Has or had an account; anybody else is known by an address alone. */
  readonly isCustomer: boolean;
  /** Does any service hold something of them, beside the requests themselves? */
  readonly isSomethingHeld: boolean;
  /** Of a kind that is judged by `erasureScope`. */
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

/** `object`: to marketing, or besides to every purpose that rests on the shop's own interests (art. 21(1)). */
export type Step =
  | { readonly type: 'restrict' }
  | { readonly type: 'object'; readonly to: 'marketing' | 'allObjectable' }
  /** Art. 19: every recipient of the person's data. */
  | { readonly type: 'tellRecipients' };

/**
 * What one kind of request decides by itself. The life of a request (received, due, extended, referred, decided, answered)
 * is the same for all kinds and asks this.
 */
export interface RequestKind {
  /** `true`: other words ask for something else. `false`: the same kind again repeats the request in flight. */
  readonly differsByWords: boolean;
  /** Purposes that end as soon as the requester is identified, whatever is decided then. */
  readonly endsAtOnce: readonly Purpose[];
  /** What is read before it is judged; each word includes those before it. */
  readonly judgedBy: 'request' | 'heldData' | 'erasureScope';
  /** Why an officer must decide, in words that name nobody; none = the rule approves. */
  blockers(request: Received, facts: Facts): readonly string[];
  /** What an officer may decide. */
  readonly decisions: readonly OfficersDecision[];
  /** May an approval carry a correction of the profile (art. 16)? */
  readonly takesCorrection: boolean;
  /** What stays where an officer refuses a part. */
  readonly keptIfPartlyRefused: readonly DataCategory[];
  /** Does an approval wait for the cooling-off? */
  readonly coolsOff: boolean;
  /** What is done once it is approved, in this order, before the answer. */
  steps(approval: Approval): readonly Step[];
  /** What ends it. */
  readonly answeredBy: 'copy' | 'conclusion' | 'destroyedKeys';
}

/** A mailbox is not an account: an officer looks at what is asked from the address of a customer who is not signed in. */
export const mailboxOnly = ({ identifiedBy }: Received, { isCustomer }: Facts): readonly string[] =>
  identifiedBy === 'confirmedEmail' && isCustomer ? ['identifiedByEmailOnly'] : [];
