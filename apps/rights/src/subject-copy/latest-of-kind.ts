import type { CopiedEvent } from '../person/subject-events.query.js';

/**
 * The latest event of each kind in a life, or in one stream: a kind has the same type, the same source and the same
 * fields, and names the same categories. What asks for the last event of some sort (a language, the beginning of a
 * period, what an erasure left) gets the same answer from these few as from all of them.
 */
export class LatestOfKind {
  private readonly latest = new Map<string, CopiedEvent>();

  add(event: CopiedEvent): void {
    const kind = kindOf(event);
    const known = this.latest.get(kind);
    if (known === undefined || known.position < event.position) this.latest.set(kind, event);
  }

  /** Oldest first. */
  get events(): readonly CopiedEvent[] {
    return [...this.latest.values()].sort((one, other) => one.position - other.position);
  }
}

const kindOf = ({ fields, source, type }: CopiedEvent): string => {
  const named = Object.entries(fields).map(([name, value]) => [name, ...categoriesIn(value)].join(' '));
  return [type, source, ...named].join('\n');
};

/** Of destroyed keys and of what was retained: which categories they are about. */
const categoriesIn = (value: unknown): string[] => {
  if (!Array.isArray(value)) return [];
  const named = value.map((entry: unknown) => (entry as { readonly category?: unknown } | null)?.category);
  return [...new Set(named.filter((category) => typeof category === 'string'))].sort();
};
