/**
 * Rows of another folder that change together with a lane's, in the same statement: written where the lease holds, and
 * with a mark where the item was marked.
 */
export interface Companion<Column extends string = string> {
  /** A name for the part of the statement; no two companions share one. */
  readonly name: string;
  /** Columns and their PostgreSQL types. */
  readonly columns: { readonly [Name in Column]: string };
  /** @param rows what to select from: a row with the columns for each request */
  readonly statement: (rows: string) => string;
}

/** One row for a companion. */
export interface CompanionRow {
  readonly companion: Companion;
  readonly values: { readonly [column: string]: unknown };
}

export const companionRow = <Column extends string>(
  companion: Companion<Column>,
  values: { readonly [Name in Column]: unknown },
): CompanionRow => ({ companion, values });

/** The companions of several requests as parts of one statement. */
export interface CompanionParts {
  /** Names of the companions: the same, the same text. */
  readonly name: string;
  /** `, name AS (…)` for each. */
  readonly sql: string;
  readonly values: readonly unknown[];
}

/**
 * @param written name of the part that has the `place` of each request whose rows are to be written
 * @param firstParameter number of the first parameter that is free
 */
export const companionParts = (
  requests: readonly (readonly CompanionRow[])[],
  written: string,
  firstParameter: number,
): CompanionParts => {
  const rows = requests.flatMap((own, index) => own.map((row) => ({ ...row, place: index + 1 })));
  const companions = [...new Set(rows.map(({ companion }) => companion))].sort((a, b) => (a.name < b.name ? -1 : 1));
  const values: unknown[] = [];
  const array = (type: string, column: readonly unknown[]): string => {
    values.push(column);
    return `$${firstParameter + values.length - 1}::${type}[]`;
  };
  const parts = companions.map((companion) => {
    const own = rows.filter((row) => row.companion === companion);
    const columns = Object.entries(companion.columns);
    const arrays = columns.map(([column, type]) => array(type, own.map((row) => row.values[column]))); // prettier-ignore
    const places = array('int', own.map(({ place }) => place)); // prettier-ignore
    const names = columns.map(([column]) => column).join(', ');
    const chosen = `(SELECT c.* FROM unnest(${[places, ...arrays].join(', ')}) AS c (place, ${names})
       WHERE c.place IN (SELECT w.place FROM ${written} w))`;
    return `, ${companion.name} AS (${companion.statement(`${chosen} AS companion`)})`;
  });
  return { name: companions.map(({ name }) => name).join('+'), sql: parts.join(''), values };
};
