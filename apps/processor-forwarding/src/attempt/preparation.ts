import type { Purpose, RefusalReason } from '@dittoo/contracts';
import type { Permission, Verdict } from '../gate/gate.js';
import type { Payment } from '../payment/payment-processor.port.js';
import type { SendingDisclosure, SendingRecord } from '../queue/item.js';
import type { LoadedForwarding } from './turn.js';

/** A call that the gate allows: its values are open, in this object and nowhere else. */
export interface Call {
  readonly record: SendingRecord;
  /** The payment's stream, where a command about a payment read it. */
  readonly payment?: LoadedForwarding;
  run(): Promise<Payment | null>;
}

/**
 * What an item needs has been read, all of it at the same moment and still sealed; this judges it, and opens what may go.
 */
export type Prepare = () => Promise<Prepared>;

export type Refusal = Extract<Verdict, { allowed: false }>;

/** What an item's preparation leads to. */
export type Prepared =
  Call | { readonly refused: Refusal } | { readonly cancelled: true } | { readonly failure: string };

export const refused = (
  reason: RefusalReason,
  fields: readonly string[],
  purpose: Purpose | null = null,
): Prepared => ({
  refused: { allowed: false, reason, fields, purpose, consentRecordId: null },
});

/** The ledger line of what one permission lets leave. */
export const disclosureOf = (
  { purpose, legalBasis, consent, fields }: Permission,
  more: Pick<SendingDisclosure, 'legalEntity' | 'noticeVersion' | 'ciphertextDigest'>,
): SendingDisclosure => ({
  ...more,
  fields,
  purpose,
  legalBasis,
  consentRecordId: consent?.recordId ?? null,
  consentRevision: consent?.revision ?? null,
});
