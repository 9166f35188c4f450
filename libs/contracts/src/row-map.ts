import type { DataCategory } from '@dittoo/kernel';

/** What an erasure does with it. */
export type RowErasure =
  /** An envelope: the key it is sealed under goes. */
  | 'keyDestroyed'
  | 'rowDeleted'
  /** Its time is short and over by itself. */
  | 'expires'
  /** A random number: nothing leads from it to the person once keys and keyed hashes are gone. */
  | 'losesItsMeaning';

/** How a copy for the person has it. */
export type RowCopy =
  /** It repeats what an event says, and the copy is made from the events. */
  | 'fromEvents'
  /** It stands in no event: the copy reads the row. */
  | 'fromRow';

/** A thing that is not done, and why. */
export interface NotDone {
  readonly because: string;
}

/** A column that says nothing about a person. Where its name or type could hold anything, `holds` says what it does. */
export interface PlainColumn {
  readonly kind: 'plain';
  readonly holds?: string;
}

export interface PersonalColumn {
  readonly kind: 'reference' | 'envelope' | 'keyedHash' | 'personal';
  /** Where it is an envelope: under which key. */
  readonly category?: DataCategory;
  /** Where it repeats an event: which fields, as `<type>.<field>` or `<type>`. */
  readonly from?: readonly string[];
  readonly erasure: RowErasure | NotDone;
  readonly copy: RowCopy | NotDone;
}

export type ColumnClass = PlainColumn | PersonalColumn;

export interface TableClass {
  /** The column with the person's id, where the rows of one person can be found by it. */
  readonly subject?: string;
  readonly columns: { readonly [column: string]: ColumnClass };
}

export type RowMap = { readonly [table: `${string}.${string}`]: TableClass };

const plainColumn: PlainColumn = { kind: 'plain' };
const holding = (holds: string): PlainColumn => ({ kind: 'plain', holds });

/** The random id of a person. Copies are made by it and have it once. */
const person: PersonalColumn = { kind: 'reference', erasure: 'losesItsMeaning', copy: 'fromEvents' };

/** `plain(...)` for many columns at once. */
const plainColumns = (...names: readonly string[]): { readonly [column: string]: PlainColumn } =>
  Object.fromEntries(names.map((name) => [name, plainColumn]));

export const rowMap = {
  'identity.session': {
    subject: 'subject_id',
    columns: {
      ...plainColumns('family', 'role'),
      token_hash: holding('SHA-256 of a random refresh token'),
      subject_id: person,
      authenticated_at: { kind: 'personal', erasure: 'rowDeleted', copy: 'fromRow' },
      expires_at: { kind: 'personal', erasure: 'rowDeleted', copy: 'fromRow' },
      used_at: { kind: 'personal', erasure: 'rowDeleted', copy: 'fromRow' },
    },
  },
} satisfies RowMap;
