/** Anything JSON can say. Event data, metadata and envelopes are made of it. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [name: string]: JsonValue };

/** RFC 9562 identifier, lower case. */
export type Uuid = string;

/**
 * An identifier of one kind of thing. Kinds cannot be confused: an order's id where a person's is expected does not
 * compile. Plain text (a parameter, a column) may become any of them.
 */
export type IdOf<Kind extends string> = Uuid & { readonly [kindOfId]?: Kind };
declare const kindOfId: unique symbol;

/** A person: a customer, a visitor, a member of staff. */
export type SubjectId = IdOf<'subject'>;
export type OrderId = IdOf<'order'>;
export type EventId = IdOf<'event'>;
/** A data subject's request under art. 15-21. */
export type RequestId = IdOf<'rightsRequest'>;
export type ForwardingId = IdOf<'forwarding'>;

/** GDPR art. 6(1)(a)-(f), by name. */
export type LegalBasis =
  'consent' | 'contract' | 'legalObligation' | 'vitalInterests' | 'publicTask' | 'legitimateInterests';

/** The purposes by name. Empty here: `libs/contracts` adds its own; without it any text is accepted. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface is what can be added to
export interface Purposes {}
export type PurposeName = [keyof Purposes] extends [never] ? string : keyof Purposes;

/** Who acted. `id` is an internal identifier, never a name or an address. */
export type Actor = {
  readonly kind: 'dataSubject' | 'staff' | 'processor' | 'system';
  readonly id: string;
};

/** Stored with every event in the clear, for ever: it may not contain personal data, because it cannot be erased. */
export type EventMetadata = {
  /** Whose personal data the event contains; `null` = no person's. */
  readonly dataSubjectId: SubjectId | null;
  readonly actor: Actor;
  readonly purpose: PurposeName;
  readonly legalBasis: LegalBasis;
  readonly noticeVersion: string | null;
  readonly correlationId: Uuid;
  /** The command or the event that caused this one. A stream holds the events of one cause once. */
  readonly causationId: Uuid;
  readonly traceparent: string | null;
  readonly schemaVersion: number;
  /** RFC 3339, UTC, whole milliseconds; set by the writer because it is part of the sealed leaf. */
  readonly recordedAt: string;
};

/** An event as a decider returns it: type and data only. */
export interface DomainEvent<Type extends string = string, Data = object> {
  readonly type: Type;
  readonly data: Data;
}

/**
 * Marks the data of an event without a data subject. Every other event has one: the sealer enforces it and readers may
 * rely on it.
 */
export type AboutNobody<Data> = Data & { readonly [aboutNobody]?: never };
declare const aboutNobody: unique symbol;

/** The type of `dataSubjectId` in the metadata of an event with this data. */
export type SubjectOf<Data> = typeof aboutNobody extends keyof Data ? null : SubjectId;

/** `{ OrderPlaced: {...}, OrderShipped: {...} }` -> the union of its events. */
export type EventOf<Map> = { [Type in keyof Map & string]: DomainEvent<Type, Map[Type]> }[keyof Map & string];

/** An event on its way to the store; every personal field of `data` is an envelope. */
export interface NewEvent {
  readonly eventId: EventId;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}

/** An event as the store gives it back. */
export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** Zero-based, contiguous in the stream. */
  readonly revision: bigint;
  /** Position in the whole log: increasing, dense only if `EventStore.densePositions`. */
  readonly position: bigint;
}
