import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import pg, { type Pool } from 'pg';
import { rightsRows, rightsSchemaName } from '../rows/rights-rows.js';

/** By table: rows, with the columns that follow from no event. */
export type CopiedRows = { readonly [table: string]: readonly { readonly [column: string]: unknown }[] };

/**
 * What is known of a person from rows alone and from no event, table by table, by the classes of this service's own
 * schema. No other service may have such a row, because nobody would put it into the copy: a spec of the whole shop fails.
 */
@Injectable()
export class SubjectRows {
  constructor(@Inject(ROW_POOL) private readonly pool: Pool) {}

  async of(subjectId: string): Promise<CopiedRows> {
    const copied: Record<string, readonly { readonly [column: string]: unknown }[]> = {};
    for (const { columns, subject, table } of copiedTables) {
      const [schema, name] = table.split('.').map((part) => pg.escapeIdentifier(part));
      const { rows } = await this.pool.query<{ row: { readonly [column: string]: unknown } }>(
        `SELECT jsonb_build_object(${columns.map((column) => `'${column}', ${pg.escapeIdentifier(column)}`).join(', ')}) AS row
         FROM ${schema}.${name} WHERE ${pg.escapeIdentifier(subject)} = $1`,
        [subjectId],
      );
      if (rows.length > 0) copied[table] = rows.map(({ row }) => row);
    }
    return copied;
  }
}

/** Which columns a copy reads, and by which column a person's rows are found. */
const copiedTables = Object.entries(rightsRows).flatMap(([table, { columns, subject }]) => {
  const copied = Object.entries(columns).flatMap(([column, known]) =>
    known.kind !== 'plain' && known.copy === 'fromRow' ? [column] : [],
  );
  if (copied.length === 0 || subject === undefined) return [];
  return [{ table: `${rightsSchemaName}.${table}`, subject, columns: copied }];
});
