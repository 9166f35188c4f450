import type { DataCategory } from './personal.js';

/** What an erasure does with a column. */
export type RowErasure =
  /** An envelope: its key is destroyed. */
  | 'keyDestroyed'
  | 'rowDeleted'
  /** Kept for a short time only, which ends without an erasure. */
  | 'expires'
  /** A random id: it no longer leads to the person once keys and keyed hashes are destroyed. */
  | 'losesItsMeaning';

/** How the access copy includes a column. */
export type RowCopy =
  /** The value is in an event, and the access copy is made from the events. */
  | 'fromEvents'
  /** The value is in no event: the access copy reads the row. */
  | 'fromRow';

/** What is not done with the column, and why. */
export interface NotDone {
  readonly because: string;
}

/** A column without personal data. If its name or type could hold anything, `holds` describes the contents. */
export interface PlainColumn {
  readonly kind: 'plain';
  readonly holds?: string;
}

export interface PersonalColumn {
  readonly kind: 'reference' | 'envelope' | 'keyedHash' | 'personal';
  /** For an envelope: its key; `each` = per field, by the schema map. */
  readonly category?: DataCategory | 'each';
  /** For a value taken from an event: the fields, as `<type>.<field>` or `<type>`. */
  readonly from?: readonly string[];
  readonly erasure: RowErasure | NotDone;
  readonly copy: RowCopy | NotDone;
}

export type ColumnClass = PlainColumn | PersonalColumn;

export interface TableClass {
  /** The column with the person's id, if one person's rows can be found by it. */
  readonly subject?: string;
  readonly columns: { readonly [column: string]: ColumnClass };
}

/** The tables of one schema. Each package classifies its own tables beside their migrations. */
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

/** Columns without personal data: names of things, times and technical states. */
export const plainColumns = (...names: readonly string[]): { readonly [column: string]: PlainColumn } =>
  Object.fromEntries(names.map((name) => [name, nothing]));

/** A column that could hold anything, with a description of its contents. */
export const holds = (what: string): PlainColumn => ({ kind: 'plain', holds: what });

/** The random id of a person or of their request, or a stream name with it: the access copy has it from the events. */
export const reference: PersonalColumn = { kind: 'reference', erasure: 'losesItsMeaning', copy: 'fromEvents' };

/**
 * A fact about a person that is in the clear in events too: once the keys are destroyed it cannot be linked to them.
 */
export const repeats = (...from: readonly string[]): PersonalColumn => ({
  kind: 'personal',
  from,
  erasure: 'losesItsMeaning',
  copy: 'fromEvents',
});

/** A keyed hash: a party with the pepper could test values against it. */
export const keyedHash = (erasure: RowErasure | NotDone, copy: RowCopy | NotDone): PersonalColumn => ({
  kind: 'keyedHash',
  erasure,
  copy,
});
