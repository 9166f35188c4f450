import type { Retention } from '@dittoo/contracts';
import { streamId, type DataCategory, type KeyPer } from '@dittoo/kernel';
import type { Day } from '@dittoo/processor-register';
import type { CopiedEvent } from '../person/subject-events.query.js';
import { foldRetention } from '../retention/retention-fold.js';
import type { RetentionRules } from '../retention/retention-rules.js';

/**
 * The last day a value of a category is kept, from the events so far; `null` = the need has not ended. It is determined
 * per key: values with their own key end independently, the rest of a category ends together.
 */
export const retentionEnds = (rules: RetentionRules, category: DataCategory, all: readonly CopiedEvent[]) => {
  const fold = foldRetention(rules, all);
  return ({ eventId, stream }: Pick<CopiedEvent, 'eventId' | 'stream'>, keyPer: KeyPer): Day | null =>
    keyPer === 'subject'
      ? fold.lastDay(category)
      : fold.lastDay(category, keyPer === 'stream' ? streamId(stream) : eventId);
};

/** The data an erasure retained, by category, without what was destroyed since. */
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
