import type { CopiedEvent } from '../person/subject-events.query.js';

/**
 * The latest event of each kind, of a person or of one stream: events of a kind have the same type, source, fields and
 * categories. A search for the last event of some sort (a language, the beginning of a period, the data an erasure
 * retained) gives the same result on these few as on all events.
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

/** The categories in lists of destroyed keys and of retained data. */
const categoriesIn = (value: unknown): string[] => {
  if (!Array.isArray(value)) return [];
  const named = value.map((entry: unknown) => (entry as { readonly category?: unknown } | null)?.category);
  return [...new Set(named.filter((category) => typeof category === 'string'))].sort();
};
