import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import pg, { type Pool } from 'pg';
import { rightsRows, rightsSchemaName } from '../rows/rights-rows.js';

/** Rows by table, with the columns that are not derived from events. */
export type CopiedRows = { readonly [table: string]: readonly { readonly [column: string]: unknown }[] };

/**
 * A person's data that is only in rows and in no event, table by table, by the row classes of this service's schema. No
 * other service may have such rows, because they would be missing in the copy: a spec of the whole shop checks that.
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

/** The columns that a copy reads, and the column that identifies the person. */
const copiedTables = Object.entries(rightsRows).flatMap(([table, { columns, subject }]) => {
  const copied = Object.entries(columns).flatMap(([column, known]) =>
    known.kind !== 'plain' && known.copy === 'fromRow' ? [column] : [],
  );
  if (copied.length === 0 || subject === undefined) return [];
  return [{ table: `${rightsSchemaName}.${table}`, subject, columns: copied }];
});
