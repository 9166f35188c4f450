import type { LegalBasis, PurposeName, SubjectOf } from './event.js';

/** One key per data subject and category; destroying it makes exactly that much unreadable. `privacy-rules` §4. */
export const dataCategories = [
  'profile',
  'contact',
  'personnummer',
  'orderDelivery',
  'orderAccounting',
  'engagement',
  'support',
  'consentEvidence',
  'advertising',
  'accessLog',
] as const;
export type DataCategory = (typeof dataCategories)[number];

/** What a reader gets where the key was destroyed: not null, not an error. */
export interface Erased {
  readonly erased: true;
  /** RFC 3339, when the key was destroyed. */
  readonly at: string;
  /** The request that led to it; `null` when a retention period ended. */
  readonly requestId: string | null;
}

/** A personal field as a decider or a query sees it: the value, or the sign that it is gone. */
export type Personal<T> = T | Erased;

/** Is it gone? Narrows both ways. */
export const isErased = (value: unknown): value is Erased =>
  typeof value === 'object' && value !== null && (value as { erased?: unknown }).erased === true;

/** The value where it can still be read, else `fallback`. */
export const readable = <T, F>(value: Personal<T> | undefined, fallback: F): T | F =>
  value === undefined || isErased(value) ? fallback : (value as T);

/**
 * What one key covers: everything of a category (`subject`), one stream of it (an order, a comment), or one event (a
 * message). As fine as retention ends, because a key goes whole.
 */
export type KeyPer = 'subject' | 'stream' | 'event';

export type PlainField = { readonly kind: 'plain' };
export type PersonalField = {
  readonly kind: 'personal';
  readonly category: DataCategory;
  readonly keyPer: KeyPer;
  /** It proves who somebody is and says nothing about them: sealed and erased like the rest, shown to nobody. */
  readonly secret?: true;
};
export type FieldClass = PlainField | PersonalField;

/** A field that says nothing about a person. */
export const plain: PlainField = { kind: 'plain' };

/** A field sealed under the key of (data subject of the event, `category`), or of its stream or event alone. */
export const personal = (
  category: DataCategory,
  { keyPer = 'subject' }: { readonly keyPer?: KeyPer } = {},
): PersonalField => ({ kind: 'personal', category, keyPer });

/** A password's hash, a mailed token: a personal field whose value no reader gets, the person included. */
export const secret = (category: DataCategory): PersonalField => ({ ...personal(category), secret: true });

/** What the law and the sealer must know of one event type. */
export interface EventDefinition<Data = object> {
  /** The category of the stream it stands in. */
  readonly stream: string;
  readonly schemaVersion: number;
  readonly purpose: PurposeName;
  readonly legalBasis: LegalBasis;
  /** The event is about no person and its metadata names none; without this it names one. */
  readonly subject?: 'nobody';
  /** Every field of the data, classified. A field typed `Personal<T>` must be `personal(...)` and no other may be. */
  readonly fields: {
    readonly [Field in keyof Data as Field & string]-?: Erased extends Data[Field] ? PersonalField : PlainField;
  };
}

/** The one schema map: sealing, export, erasure coverage, disclosures and the art. 30 record are derived from it. */
export type SchemaMapOf<Events> = {
  readonly [Type in keyof Events]: EventDefinition<Events[Type]> & SubjectDeclaration<Events[Type]>;
};

/** `AboutNobody` in the types and `subject: 'nobody'` in the map go together. */
type SubjectDeclaration<Data> =
  SubjectOf<Data> extends null ? { readonly subject: 'nobody' } : { readonly subject?: undefined };

/** The same without the types of the data, for those who only walk it. */
export type SchemaMap = {
  readonly [type: string]: Omit<EventDefinition, 'fields'> & {
    readonly fields: { readonly [field: string]: FieldClass };
  };
};
