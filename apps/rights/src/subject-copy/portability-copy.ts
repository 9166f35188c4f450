import { isErased } from '@dittoo/kernel';
import type { Language } from '@dittoo/processor-register';
import { languageOf, type CopyFacts } from './access-copy.js';
import type { CopyWriter } from './copy-contents.js';
import { inOrderOf } from './joined-lives.js';
import { isWithheld, type CopiedEvent } from '../person/subject-events.query.js';

/** One record that the person provided. */
export interface ProvidedRecord {
  readonly eventId: string;
  readonly type: string;
  /** The customer or order it belongs to. */
  readonly about: string;
  readonly providedAt: string;
  readonly purpose: string;
  readonly legalBasis: 'consent' | 'contract';
  readonly data: { readonly [field: string]: unknown };
}

/** Art. 20: the data the person provided under consent or contract. `portability.schema.json` describes it. */
export interface PortabilityCopy {
  readonly format: 'urn:dittoo:subject-copy:portability:1';
  readonly requestId: string;
  readonly subjectId: string;
  readonly preparedAt: string;
  readonly expiresAt: string;
  readonly language: Language;
  readonly dataController: { readonly name: string; readonly email: string; readonly website: string };
  readonly records: readonly ProvidedRecord[];
}

/** The copy with a placeholder for its records, which the writer adds. */
export type PortabilityFrame = Omit<PortabilityCopy, 'records'> & { readonly records: string };

export const portabilityFrame = async (facts: CopyFacts, writer: CopyWriter): Promise<PortabilityFrame> => {
  const { expiresAt, joined, latest, life, preparedAt, register, requestId, subjectId } = facts;
  const { email, name, website } = register.dataController;
  for await (const event of inOrderOf([life, ...joined.map((person) => person.life)])) {
    const record = provided(event);
    if (record !== null) await writer.add('records', record);
  }
  return {
    format: 'urn:dittoo:subject-copy:portability:1',
    requestId,
    subjectId,
    preparedAt,
    expiresAt,
    language: languageOf(latest),
    dataController: { name, email, website },
    records: writer.placeOf('records'),
  };
};

/** Leaves out data from the shop or a processor, data based only on law or legitimate interest, and erased data. */
const provided = (event: CopiedEvent): ProvidedRecord | null => {
  const { eventId, fields, legalBasis, purpose, recordedAt, source, stream, type } = event;
  if (source !== 'dataSubject' || (legalBasis !== 'consent' && legalBasis !== 'contract')) return null;
  const data = Object.fromEntries(Object.entries(fields).filter(([, value]) => !isErased(value) && !isWithheld(value)));
  if (Object.keys(data).length === 0) return null;
  return { eventId, type, about: stream, providedAt: recordedAt, purpose, legalBasis, data };
};
