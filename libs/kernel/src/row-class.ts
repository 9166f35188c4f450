import type { DataCategory } from './personal.js';

/** What an erasure does with a column. */
export type RowErasure =
  /** An envelope: the key it is sealed under goes. */
  | 'keyDestroyed'
  | 'rowDeleted'
  /** Its time is short and over by itself. */
  | 'expires'
  /** A random number: nothing leads from it to the person once keys and keyed hashes are gone. */
  | 'losesItsMeaning';

/** How the copy a person gets has it. */
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
  /** Where it is an envelope: under which key; `each` = as the schema map says, field by field. */
  readonly category?: DataCategory | 'each';
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

/** The tables of one schema. Each package says of its own tables what their columns hold, beside what makes them. */
export type RowClasses = { readonly [table: string]: TableClass };

/** The tables of a whole database, as `<schema>.<table>`. */
export type RowMap = { readonly [table: `${string}.${string}`]: TableClass };

export interface ClassifiedSchema {
  readonly schema: string;
  readonly rows: RowClasses;
}

export const rowMapOf = (schemas: readonly ClassifiedSchema[]): RowMap =>
  Object.fromEntries(
    schemas.flatMap(({ rows, schema }) => Object.entries(rows).map(([table, known]) => [`${schema}.${table}`, known])),
  );

const nothing: PlainColumn = { kind: 'plain' };

/** Columns that say nothing about a person: names of things, times and states of the machine. */
export const plainColumns = (...names: readonly string[]): { readonly [column: string]: PlainColumn } =>
  Object.fromEntries(names.map((name) => [name, nothing]));

/** A column that could hold anything, and holds this. */
export const holds = (what: string): PlainColumn => ({ kind: 'plain', holds: what });

/** The random id of a person, of a request of theirs, or the name of a stream with it: a copy has it anyway. */
export const reference: PersonalColumn = { kind: 'reference', erasure: 'losesItsMeaning', copy: 'fromEvents' };

/** What events say about a person, in the clear in the events too: with the keys gone it is about nobody. */
export const repeats = (...from: readonly string[]): PersonalColumn => ({
  kind: 'personal',
  from,
  erasure: 'losesItsMeaning',
  copy: 'fromEvents',
});

/** A keyed hash: who holds the pepper could try values against it. */
export const keyedHash = (erasure: RowErasure | NotDone, copy: RowCopy | NotDone): PersonalColumn => ({
  kind: 'keyedHash',
  erasure,
  copy,
});
