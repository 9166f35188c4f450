import type { RefusalReason } from '@dittoo/contracts';
import type { Permission, Verdict } from '../gate/gate.js';
import type { Payment } from '../payment/payment-processor.port.js';
import type { SendingDisclosure, SendingRecord } from '../queue/item.js';

/** A call that the gate allows: its values are open, in this object and nowhere else. */
export interface Call {
  readonly record: SendingRecord;
  run(): Promise<Payment | null>;
}

export type Refusal = Extract<Verdict, { allowed: false }>;

/** What an item's preparation leads to. */
export type Prepared =
  Call | { readonly refused: Refusal } | { readonly cancelled: true } | { readonly failure: string };

export const refused = (reason: RefusalReason, fields: readonly string[], purpose: string | null = null): Prepared => ({
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
