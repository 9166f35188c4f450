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

/** What a reader gets for a field whose key was destroyed: not null, not an error. */
export interface Erased {
  readonly erased: true;
  /** RFC 3339, when the key was destroyed. */
  readonly at: string;
  /** The request that led to it; `null` if a retention period ended. */
  readonly requestId: string | null;
}

/** A personal field as a decider or a query sees it: the value, or `Erased`. */
export type Personal<T> = T | Erased;

/** Whether the value is erased. Narrows both ways. */
export const isErased = (value: unknown): value is Erased =>
  typeof value === 'object' && value !== null && (value as { erased?: unknown }).erased === true;

/** The value where it can still be read, else `fallback`. */
export const readable = <T, F>(value: Personal<T> | undefined, fallback: F): T | F =>
  value === undefined || isErased(value) ? fallback : (value as T);

/**
 * What one key covers: everything of a category (`subject`), one stream of it (an order, a comment), or one event (a
 * message). As fine-grained as retention, because a key is destroyed as a whole.
 */
export type KeyPer = 'subject' | 'stream' | 'event';

export type PlainField = { readonly kind: 'plain' };
export type PersonalField = {
  readonly kind: 'personal';
  readonly category: DataCategory;
  readonly keyPer: KeyPer;
  /** A secret that proves an identity (a password hash): sealed and erased like the rest, shown to nobody. */
  readonly secret?: true;
};
export type FieldClass = PlainField | PersonalField;

/** A field without personal data. */
export const plain: PlainField = { kind: 'plain' };

/** A field sealed under the key of (data subject of the event, `category`), or of its stream or event alone. */
export const personal = (
  category: DataCategory,
  { keyPer = 'subject' }: { readonly keyPer?: KeyPer } = {},
): PersonalField => ({ kind: 'personal', category, keyPer });

/** A password's hash, a mailed token: a personal field whose value no reader gets, the person included. */
export const secret = (category: DataCategory): PersonalField => ({ ...personal(category), secret: true });

/** The plain fields of an event, which a rule may read after the keys are destroyed. */
type PlainNames<Data> = { [Field in keyof Data & string]: Erased extends Data[Field] ? never : Field }[keyof Data &
  string];
/** The plain fields that may hold a time (RFC 3339) or a day. */
type TimeNames<Data> = {
  [Field in keyof Data & string]: Data[Field] extends string ? (string extends Data[Field] ? Field : never) : never;
}[keyof Data & string];

/** The key of an effect: as declared by the fields, or `every` key of the category. */
export type RetentionKey = KeyPer | 'every';

interface RetentionEffectOn<Field extends string, When> {
  readonly category: DataCategory;
  readonly keyPer: RetentionKey;
  /** Only for an event whose plain field has one of these values, or any value but `null` (`given`). */
  readonly when?: When;
  /** Counted separately for each value of this field; the key is kept until the last of them has ended. */
  readonly per?: Field;
}

/**
 * What an event does to the retention period of a key:
 * `keeps` it, the period has not begun; `begins` the register's period at that time; `extends` it to that day at least;
 * `ends` it: data still kept is kept no longer. An account's last use starts its own period (`account`), and an erasure
 * destroys the keys it names (`destroys`) and keeps some (`retains`).
 */
export type RetentionEffect<
  Time extends string = string,
  Field extends string = string,
  When = { readonly [field: string]: readonly unknown[] | 'given' | undefined },
> =
  | (RetentionEffectOn<Field, When> & { readonly keeps: 'untilEnded' })
  | (RetentionEffectOn<Field, When> & {
      readonly begins: Time;
      /** The period of another category: texts about a legal hold are kept as long as a message. */
      readonly period?: DataCategory;
      /** Only for data still kept: destroyed data does not come back. */
      readonly ifKept?: true;
    })
  | (RetentionEffectOn<Field, When> & {
      readonly extends: Time;
      /** Extended by the time in which the access copy can be fetched. */
      readonly by?: 'copyLifetime';
      readonly ifKept?: true;
    })
  | (RetentionEffectOn<Field, When> & { readonly ends: Time })
  | { readonly account: 'opened' | 'used' | 'endAnnounced'; readonly at: Time }
  | { readonly destroys: Field; readonly retains: Field; readonly when?: When };

/** The effects an event may declare: the named fields are plain fields of this event. */
export type RetentionEffectOf<Data> = RetentionEffect<
  'recordedAt' | TimeNames<Data>,
  PlainNames<Data>,
  { readonly [Field in PlainNames<Data>]?: readonly NonNullable<Data[Field]>[] | 'given' }
>;

/** The legal and cryptographic definition of one event type. */
export interface EventDefinition<Data = object> {
  /** The category of its stream. */
  readonly stream: string;
  readonly schemaVersion: number;
  readonly purpose: PurposeName;
  readonly legalBasis: LegalBasis;
  /** The event has no data subject; without this it has one. */
  readonly subject?: 'nobody';
  /** Every field of the data, classified. A field typed `Personal<T>` must be `personal(...)` and no other may be. */
  readonly fields: {
    readonly [Field in keyof Data as Field & string]-?: Erased extends Data[Field] ? PersonalField : PlainField;
  };
  /** Which retention periods it begins, extends or ends; absent = none. */
  readonly retention?: readonly RetentionEffectOf<Data>[];
}

/** The one schema map: sealing, export, erasure coverage, disclosures and the art. 30 record are derived from it. */
export type SchemaMapOf<Events> = {
  readonly [Type in keyof Events]: EventDefinition<Events[Type]> & SubjectDeclaration<Events[Type]>;
};

/** `AboutNobody` in the types and `subject: 'nobody'` in the map go together. */
type SubjectDeclaration<Data> =
  SubjectOf<Data> extends null ? { readonly subject: 'nobody' } : { readonly subject?: undefined };

/** The same without the types of the data, for code that only iterates over it. */
export type SchemaMap = {
  readonly [type: string]: Omit<EventDefinition, 'fields' | 'retention'> & {
    readonly fields: { readonly [field: string]: FieldClass };
    readonly retention?: readonly RetentionEffect[];
  };
};
