import type {
  DomainEvent,
  EventId,
  EventMetadata,
  JsonValue,
  NewEvent,
  RecordedEvent,
  SubjectId,
  Uuid,
} from './event.js';
import type { DataCategory, Erased } from './personal.js';

/** A personal value at rest: AES-256-GCM, bound to its stream, event and field. `kid` as `kidOf` writes it. */
export type Envelope = {
  readonly enc: 1;
  readonly alg: 'A256GCM';
  readonly kid: string;
  /** Base64, 96 random bits. */
  readonly iv: string;
  readonly ct: string;
  readonly tag: string;
  /** Key commitment: a second key cannot show another plaintext. */
  readonly kc: string;
};

export const isEnvelope = (value: unknown): value is Envelope =>
  typeof value === 'object' && value !== null && (value as { enc?: unknown }).enc === 1;

/** An event with personal fields in the clear; exists only between `decide` and `append`. */
export interface UnsealedEvent {
  readonly stream: string;
  readonly eventId: EventId;
  readonly event: DomainEvent;
  readonly metadata: EventMetadata;
}

/** A recorded event with its personal fields opened, or `Erased` where the key is destroyed. */
export interface OpenedEvent<Event extends DomainEvent = DomainEvent> {
  readonly recorded: RecordedEvent;
  readonly event: Event;
}

/** Where a single sealed value lives, e.g. `['gateway.access_log', rowId, 'ip']`; opening needs the same place. */
export type SealPlace = readonly string[];

/** Turns personal fields into envelopes and back, by the schema map. */
export abstract class Sealer {
  /**
   * @throws UnmappedField a field that is not in the schema map: classify it there
   * @throws SubjectKeyDestroyed the person was erased: give up, never retry
   */
  abstract seal(events: readonly UnsealedEvent[]): Promise<NewEvent[]>;

  /**
   * @throws KeyMissing a key row is missing: stop, this is not an erasure
   * @throws EnvelopeRejected the ciphertext was not written at this place
   */
  abstract open<Event extends DomainEvent = DomainEvent>(
    events: readonly RecordedEvent[],
  ): Promise<OpenedEvent<Event>[]>;

  /** Seals one value for a row; with `scope` under the key of that stream or event alone. Errors as `seal`. */
  abstract sealValue(
    subjectId: SubjectId,
    category: DataCategory,
    place: SealPlace,
    value: JsonValue,
    scope?: Uuid,
  ): Promise<Envelope>;

  /** Opens one value of a row. Errors as `open`. */
  abstract openValue(envelope: Envelope, place: SealPlace): Promise<JsonValue | Erased>;
}

/** Identifies a key: subject, category, stream or event (`null` = all of the category), and generation. */
export interface KeyName {
  readonly subjectId: SubjectId;
  readonly category: DataCategory;
  readonly scope: Uuid | null;
  readonly generation: number;
}

/** `<subject>/<category>/<generation>`, and for the key of one stream or event `<subject>/<category>/<scope>/<generation>`. */
export const kidOf = ({ subjectId, category, scope, generation }: KeyName): string =>
  scope === null ? `${subjectId}/${category}/${generation}` : `${subjectId}/${category}/${scope}/${generation}`;

const uuidShape = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const kidShape = new RegExp(
  `^(?<subjectId>${uuidShape})/(?<category>\\w+)/(?:(?<scope>${uuidShape})/)?(?<generation>[1-9]\\d{0,8})$`,
);

/** Parses a kid; `null` = not a valid kid, which a tampered envelope may contain. */
export const keyNamed = (kid: string): KeyName | null => {
  const parts = kidShape.exec(kid)?.groups;
  if (parts === undefined) return null;
  const { subjectId, category, scope, generation } = parts as Record<
    'subjectId' | 'category' | 'generation',
    string
  > & {
    scope?: string;
  };
  return { subjectId, category: category as DataCategory, scope: scope ?? null, generation: Number(generation) };
};

/** The record of a destroyed key, without its material. */
export interface DestroyedKey {
  readonly kid: string;
  readonly category: DataCategory;
  /** Hex; SHA-256 over the material, proof of which key it was. `null` for one that was never provisioned. */
  readonly fingerprint: string | null;
  readonly destroyedAt: string;
  readonly requestId: string | null;
}

export type KeyState = 'neverProvisioned' | 'active' | 'destroyed' | 'newLifecycleAllowed';

/** The keys, in a database of their own. Only `personal-data` sees key material; other code sees states. */
export abstract class KeyRing {
  abstract states(subjectId: SubjectId): Promise<ReadonlyMap<DataCategory, KeyState>>;

  /**
   * The states of many keys at once, for an audit of the whole log.
   *
   * @param kids as in envelopes
   * @returns by kid; a kid without a row is absent, which is not an erasure
   */
  abstract statesOfKeys(kids: readonly string[]): Promise<ReadonlyMap<string, 'active' | 'destroyed'>>;

  /** Every key of a person, destroyed or not, ordered by kid. */
  abstract keysOf(
    subjectId: SubjectId,
  ): Promise<readonly (KeyName & { readonly kid: string; readonly state: KeyState })[]>;

  /**
   * Destroys the keys of these categories, of every stream and event, and blocks their re-creation, also where none was
   * ever created; with `newLifecycle` (the person removed one value and may give it again) a next generation may be
   * created. `kids` limits it to these keys (a retention period ended, or a late repetition must not destroy the next
   * generation's key); `spared` are keys to keep. Safe to repeat: the second call returns the same result.
   */
  abstract destroy(
    subjectId: SubjectId,
    categories: readonly DataCategory[],
    reason: {
      readonly at: string;
      readonly requestId: Uuid | null;
      readonly newLifecycle?: boolean;
      readonly kids?: readonly string[];
      readonly spared?: readonly string[];
    },
  ): Promise<DestroyedKey[]>;
}

/** The person was erased and this key will never be created again. Give up, never retry. */
export class SubjectKeyDestroyed extends Error {
  constructor(readonly kid: string) {
    super(`key ${kid} was destroyed`);
    this.name = 'SubjectKeyDestroyed';
  }
}

/** The key row is missing. This is not an erasure: the reader stops and an operator must investigate. */
export class KeyMissing extends Error {
  constructor(readonly kid: string) {
    super(`key ${kid} is missing from the key ring`);
    this.name = 'KeyMissing';
  }
}

/** The ciphertext does not belong to this place or this key. */
export class EnvelopeRejected extends Error {
  constructor(readonly field: string) {
    super(`the envelope of ${field} was rejected`);
    this.name = 'EnvelopeRejected';
  }
}

/** This event or field is not in the schema map: unclassified data is never written. */
export class UnmappedField extends Error {
  constructor(
    readonly type: string,
    readonly field?: string,
  ) {
    super(
      field === undefined
        ? `event ${type} is not in the schema map`
        : `field ${field} of ${type} is not in the schema map`,
    );
    this.name = 'UnmappedField';
  }
}
