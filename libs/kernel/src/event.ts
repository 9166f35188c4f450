/** Anything JSON can say. Event data, metadata and envelopes are made of it. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [name: string]: JsonValue };

/** RFC 9562 identifier, lower case. */
export type Uuid = string;

/** GDPR art. 6(1)(a)-(f), by name. */
export type LegalBasis =
  'consent' | 'contract' | 'legalObligation' | 'vitalInterests' | 'publicTask' | 'legitimateInterests';

/** Who did it. `id` is an identifier of ours, never a name or an address. */
export interface Actor {
  readonly kind: 'dataSubject' | 'staff' | 'processor' | 'system';
  readonly id: string;
}

/** Stands beside every event in the clear, for ever: nothing in it may be personal, since nothing in it can be shredded. */
export interface EventMetadata {
  /** Whose personal data the event carries; `null` when it is nobody's. */
  readonly dataSubjectId: Uuid | null;
  readonly actor: Actor;
  readonly purpose: string;
  readonly legalBasis: LegalBasis;
  readonly noticeVersion: string | null;
  readonly correlationId: Uuid;
  /** The command or the event that caused this one. A stream holds the answer to one cause once. */
  readonly causationId: Uuid;
  readonly traceparent: string | null;
  readonly schemaVersion: number;
  /** RFC 3339, UTC, whole milliseconds; set by the writer because it is part of the sealed leaf. */
  readonly recordedAt: string;
}

/** What a decider says: the type and the data, nothing about the transport. */
export interface DomainEvent<Type extends string = string, Data = object> {
  readonly type: Type;
  readonly data: Data;
}

/** `{ OrderPlaced: {...}, OrderShipped: {...} }` -> the union of its events. */
export type EventOf<Map> = { [Type in keyof Map & string]: DomainEvent<Type, Map[Type]> }[keyof Map & string];

/** An event on its way to the store; every personal field of `data` is an envelope. */
export interface NewEvent {
  readonly eventId: Uuid;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}

/** An event as the store gives it back. */
export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** Zero-based, contiguous in the stream. */
  readonly revision: bigint;
  /** Place in the whole log: grows, dense only where the store says so (`EventStore.densePositions`). */
  readonly position: bigint;
}
