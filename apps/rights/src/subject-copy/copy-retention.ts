import { schemaMap, type Retention } from '@dittoo/contracts';
import type { DataCategory, KeyPer } from '@dittoo/kernel';
import { retentionEndsOn, retentionOf, type Register, type RetentionStart } from '@dittoo/processor-register';
import { classOf, type CopiedEvent } from '../person/subject-events.query.js';

/** What begins a period that does not begin with the data themselves. */
const beginners: { readonly [Start in RetentionStart]?: readonly (keyof typeof schemaMap)[] } = {
  delivered: ['OrderShipped'],
  groundEnded: ['PersonnummerRemoved'],
  relianceEnded: ['ConsentWithdrawn', 'ConsentsInvalidated', 'NewsletterUnsubscribed'],
};

/**
 * The last day a value of a category is kept, from what has happened so far; `null` = the period has not begun. As fine
 * as its key: what has a key of its own ends by itself, the rest of a category ends together.
 */
export const retentionEnds = (register: Register, category: DataCategory, all: readonly CopiedEvent[]) => {
  const stages = retentionOf(register, category).stages;
  const start = stages[stages.length - 1]?.from ?? 'recorded';
  const byStream = new Map<string, CopiedEvent[]>();
  for (const event of all) {
    const others = byStream.get(event.stream);
    if (others === undefined) byStream.set(event.stream, [event]);
    else others.push(event);
  }
  const known = new Map<string, string | null>();
  const holds = ({ fields, type }: CopiedEvent): boolean =>
    Object.keys(fields).some((field) => categoryOf(type, field) === category);
  return (event: CopiedEvent, keyPer: KeyPer): string | null => {
    const scope = keyPer === 'subject' ? '' : keyPer === 'stream' ? event.stream : event.eventId;
    const before = known.get(scope);
    if (before !== undefined) return before;
    const around = keyPer === 'subject' ? all : byStream.get(event.stream)!;
    const holding = keyPer === 'event' ? event : (around.findLast(holds) ?? event);
    const begins = beginOf(start, holding, around);
    const ends = begins === null ? null : retentionEndsOn(register, category, begins);
    known.set(scope, ends);
    return ends;
  };
};

/** @param holding the last event that holds such data @param around what happened to the same thing */
const beginOf = (start: RetentionStart, holding: CopiedEvent, around: readonly CopiedEvent[]): string | null => {
  if (start === 'recorded' || start === 'fiscalYearEnded') return holding.recordedAt;
  if (start === 'lastActivity') return around.findLast(({ source }) => source === 'dataSubject')?.recordedAt ?? null;
  const types: readonly string[] = beginners[start] ?? [];
  return around.findLast(({ type }) => types.includes(type))?.recordedAt ?? null;
};

const categoryOf = (type: string, field: string): DataCategory | null => {
  const fieldClass = classOf(type, field);
  return fieldClass?.kind === 'personal' ? fieldClass.category : null;
};

/** What an erasure left, by category: what was kept then, less what was destroyed since. */
export const retainedAfterErasure = (events: readonly CopiedEvent[]): ReadonlyMap<string, Retention> => {
  const retained = new Map<string, Retention>();
  for (const { fields, type } of events) {
    if (type !== 'SubjectKeysDestroyed') continue;
    for (const { category } of listOf<{ readonly category: string }>(fields['keys'])) retained.delete(category);
    for (const kept of listOf<Retention>(fields['retained'])) retained.set(kept.category, kept);
  }
  return retained;
};

const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? (value as T[]) : []);
