import type { Gather } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';

/** Rows of a chunk that are written together: one statement instead of one for each event. */
export class GatheredRows {
  private readonly byStatement = new Map<string, (readonly unknown[])[]>();

  readonly gather: Gather = (statement, row) => {
    const rows = this.byStatement.get(statement);
    if (rows === undefined) this.byStatement.set(statement, [row]);
    else rows.push(row);
  };

  /** Row by row in, column by column out: `unnest` makes rows of them again. */
  async write(manager: EntityManager): Promise<void> {
    for (const [statement, rows] of this.byStatement) {
      const columns = rows[0]!.map((_, column) => rows.map((row) => row[column]));
      await manager.query(statement, columns);
    }
  }
}
