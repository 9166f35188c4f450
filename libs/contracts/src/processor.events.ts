import { plain, type AboutNobody, type EventOf, type SchemaMapOf } from '@dittoo/kernel';

/** Stream `processor-<id>`, one for each processor: what was done there that is about nobody alone. Decided by processor-forwarding. */
export interface ProcessorEvents {
  /** Mail older than its time was deleted at the provider, and looked for afterwards: none of it was left. */
  MailboxSwept: AboutNobody<{
    readonly processorId: string;
    /** What came before that day (Sweden's calendar) had to go. */
    readonly before: string;
    readonly folders: readonly { readonly folder: string; readonly deleted: number }[];
    /** SHA-256 over the sorted message ids, hex: says which, reveals nothing. */
    readonly digest: string;
  }>;
}
export type ProcessorEvent = EventOf<ProcessorEvents>;

export const processorSchema: SchemaMapOf<ProcessorEvents> = {
  MailboxSwept: {
    stream: 'processor',
    schemaVersion: 1,
    purpose: 'processorForwarding',
    legalBasis: 'legalObligation',
    subject: 'nobody',
    fields: { processorId: plain, before: plain, folders: plain, digest: plain },
  },
};
