import type { Register } from '@dittoo/processor-register';
import type { Page } from '@dittoo/service';
import type { TrailEvent, TrailFilter } from './subject-trail.query.js';

/** A line of the ledger: the recipient and the fields it received or was refused. */
export interface Disclosure {
  readonly processorId: string;
  readonly processorName: string;
  readonly fields: readonly string[];
  readonly purpose: string | null;
  readonly legalBasis: string | null;
  readonly consentRecordId?: string;
  readonly at: string;
  readonly outcome: 'delivered' | 'rejected' | 'unknown' | 'refused';
  /** Why it was refused. */
  readonly reason?: string;
}

/** What has a line in the ledger. */
export const disclosureEvents: TrailFilter = { types: ['DataDisclosed', 'ForwardingRefused'] };

export const disclosuresOf = (events: Page<TrailEvent>, register: Register): Page<Disclosure> => ({
  nextCursor: events.nextCursor,
  items: events.items.flatMap(({ fields, recordedAt, type }) => {
    if (type !== 'DataDisclosed' && type !== 'ForwardingRefused') return [];
    const processorId = String(fields['processorId']);
    const consentRecordId = fields['consentRecordId'];
    const text = (name: string): string | null => (typeof fields[name] === 'string' ? fields[name] : null);
    return [
      {
        processorId,
        processorName: register.processors[processorId]?.name ?? processorId,
        fields: (fields['fields'] ?? []) as readonly string[],
        purpose: text('purpose'),
        legalBasis: text('legalBasis'),
        ...(typeof consentRecordId === 'string' ? { consentRecordId } : {}),
        at: recordedAt,
        ...(type === 'DataDisclosed'
          ? { outcome: fields['outcome'] as Disclosure['outcome'] }
          : { outcome: 'refused' as const, reason: String(fields['reason']) }),
      },
    ];
  }),
});
