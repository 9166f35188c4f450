import { rowMap } from '@dittoo/contracts';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import pg, { type Pool } from 'pg';

/** By table: rows, with the columns that follow from no event. */
export type CopiedRows = { readonly [table: string]: readonly { readonly [column: string]: unknown }[] };

/** This service's own rows; what others keep beside their events the row map would name, and a spec fails. */
const ownSchema = 'rights.';

/** What stands about a person in rows and in no event: by the row map, table by table. */
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
export const copiedTables = Object.entries(rowMap).flatMap(([table, { columns, subject }]) => {
  const copied = Object.entries(columns).flatMap(([column, known]) =>
    known.kind !== 'plain' && known.copy === 'fromRow' ? [column] : [],
  );
  if (copied.length === 0 || !table.startsWith(ownSchema) || subject === undefined) return [];
  return [{ table, subject, columns: copied }];
});
