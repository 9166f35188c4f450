import { schemaMap } from '@dittoo/contracts';
import {
  EnvelopeRejected,
  isEnvelope,
  keyNamed,
  KeyMissing,
  KeyRing,
  Sealer,
  streamId,
  type FieldClass,
  type RecordedEvent,
  type SchemaMap,
} from '@dittoo/kernel';
import type { Findings } from './log-check.js';

const definitions: SchemaMap = schemaMap;

/**
 * Checks that every envelope is in the field it was sealed for and opens with its key, that every missing key was
 * destroyed by an event that names it, and that every destroyed key is missing. Opened values are discarded unread.
 */
export class EnvelopeCheck {
  private readonly erased = new Set<string>();
  private readonly gone = new Map<string, bigint>();

  constructor(
    private readonly sealer: Sealer,
    private readonly keys: KeyRing,
    private readonly findings: Findings,
  ) {}

  async page(events: readonly RecordedEvent[]): Promise<void> {
    const placed = events.filter((event) => this.standsInPlace(event));
    const named = events.flatMap(kidsErasedBy);
    for (const { kid } of named) this.erased.add(kid);
    const states = await this.keys.statesOfKeys([...new Set([...placed.flatMap(kidsOf), ...named.map((n) => n.kid)])]);
    for (const { kid, position } of named) {
      if (states.get(kid) === 'active') {
        this.findings.tampered(position, `key ${kid} is live again although this event says it was destroyed`);
      }
    }
    const openable: RecordedEvent[] = [];
    for (const event of placed) {
      const kids = kidsOf(event);
      for (const kid of kids) {
        if (states.get(kid) !== 'active' && !this.gone.has(kid)) this.gone.set(kid, event.position);
      }
      if (kids.length > 0 && kids.every((kid) => states.has(kid))) openable.push(event);
    }
    await this.open(openable);
  }

  /** Missing keys that no event has named so far. */
  get unexplained(): readonly string[] {
    return [...this.gone.keys()].filter((kid) => !this.erased.has(kid));
  }

  end(): void {
    for (const kid of this.unexplained) {
      this.findings.incomplete(this.gone.get(kid)!, `key missing without erasure event: ${kid}`);
    }
  }

  /** Opens the whole page at once; if that fails, one by one to find which. */
  private async open(events: readonly RecordedEvent[]): Promise<void> {
    try {
      await this.sealer.open(events);
    } catch (error) {
      if (!isAboutOne(error)) throw error;
      for (const event of events) await this.openOne(event);
    }
  }

  private async openOne(event: RecordedEvent): Promise<void> {
    try {
      await this.sealer.open([event]);
    } catch (error) {
      if (error instanceof EnvelopeRejected) {
        this.findings.tampered(event.position, `field ${error.field} does not open: it was not sealed at this place`);
      } else if (error instanceof KeyMissing) {
        this.findings.incomplete(event.position, `key missing without erasure event: ${error.kid}`);
      } else {
        throw error;
      }
    }
  }

  /**
   * Checks that exactly the personal fields hold envelopes, each under a key of the event's data subject and the
   * field's category, for the whole category, this stream or this event.
   */
  private standsInPlace({ type, data, eventId, metadata, position, stream }: RecordedEvent): boolean {
    const fields: { readonly [field: string]: FieldClass } = definitions[type]?.fields ?? {};
    let right = true;
    for (const [field, value] of Object.entries(data)) {
      const fieldClass = fields[field];
      const category = fieldClass?.kind === 'personal' ? fieldClass.category : null;
      if (isEnvelope(value)) {
        const key = keyNamed(value.kid);
        const ownScope = key === null || [null, streamId(stream), eventId].includes(key.scope);
        if (value.kid.startsWith(`${metadata.dataSubjectId}/${category}/`) && ownScope) continue;
        this.findings.tampered(position, `field ${field} is sealed under a key that is not of its place`);
      } else if (category !== null) {
        this.findings.tampered(position, `field ${field} is not sealed`);
      } else {
        continue;
      }
      right = false;
    }
    return right;
  }
}

const isAboutOne = (error: unknown): boolean => error instanceof EnvelopeRejected || error instanceof KeyMissing;

/** The keys named in an event's envelopes. */
export const kidsOf = ({ data }: RecordedEvent): string[] =>
  Object.values(data).flatMap((value) => (isEnvelope(value) ? [value.kid] : []));

/** The keys that an event reports as destroyed. */
export const kidsErasedBy = ({ type, data, position }: RecordedEvent): { kid: string; position: bigint }[] => {
  if (type !== 'SubjectKeysDestroyed' || !Array.isArray(data['keys'])) return [];
  return (data['keys'] as { kid?: unknown }[]).flatMap(({ kid }) =>
    typeof kid === 'string' ? [{ kid, position }] : [],
  );
};
