import {
  publicProcessors,
  publicPurposes,
  type Language,
  type PublicProcessor,
  type Register,
} from '@dittoo/processor-register';
import type { CopiedEvent } from '../person/subject-events.query.js';

/** A line of the disclosure ledger: an actual recipient and its data (art. 15(1)(c), CJEU C-154/21). */
export interface RecipientLine {
  readonly processorId: string;
  readonly processorName: string;
  readonly legalEntity: string | null;
  readonly country: string | null;
  readonly fields: readonly { readonly name: string; readonly label: string }[];
  readonly purpose: string | null;
  readonly purposeLabel: string | null;
  readonly legalBasis: string | null;
  readonly consentRecordId: string | null;
  readonly noticeVersion: string | null;
  readonly at: string;
  /** `refused`: it was requested, and nothing was sent. */
  readonly outcome: 'delivered' | 'rejected' | 'unknown' | 'refused';
  readonly reason: string | null;
}

/** @returns a function from an event to its line; `null` = it has none. Pass the events in order. */
export const recipientLines = (register: Register, language: Language, labelOf: (field: string) => string) => {
  const processorAt = processorsByHour(register, language);
  const labels = new Map(publicPurposes(register, language).map(({ label, purpose }) => [purpose, label]));
  return ({ fields, recordedAt, type }: CopiedEvent): RecipientLine | null => {
    if (type !== 'DataDisclosed' && type !== 'ForwardingRefused') return null;
    const text = (name: string): string | null => (typeof fields[name] === 'string' ? fields[name] : null);
    const processorId = text('processorId') ?? '';
    const names = Array.isArray(fields['fields']) ? (fields['fields'] as string[]) : [];
    const processor = processorAt(processorId, recordedAt);
    return {
      processorId,
      processorName: processor?.name ?? processorId,
      legalEntity: text('legalEntity') ?? processor?.legalEntity?.name ?? null,
      country: processor?.country ?? null,
      fields: names.map((name) => ({ name, label: labelOf(name) })),
      purpose: text('purpose'),
      purposeLabel: labels.get(text('purpose') ?? '') ?? text('purpose'),
      legalBasis: text('legalBasis'),
      consentRecordId: text('consentRecordId'),
      noticeVersion: text('noticeVersion'),
      at: recordedAt,
      outcome: type === 'DataDisclosed' ? (fields['outcome'] as RecipientLine['outcome']) : 'refused',
      reason: text('reason'),
    };
  };
};

/** The register may name different legal entities on different days. The last hour's result is cached. */
const processorsByHour = (register: Register, language: Language) => {
  let hour = '';
  let known: readonly PublicProcessor[] = [];
  return (processorId: string, at: string): PublicProcessor | undefined => {
    if (at.slice(0, 13) !== hour) {
      hour = at.slice(0, 13); // midnight in Sweden is not midnight in UTC
      known = publicProcessors(register, at, language);
    }
    return known.find((processor) => processor.processorId === processorId);
  };
};
