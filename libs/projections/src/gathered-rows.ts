import type { Gather } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';

/** Rows of a chunk that are written together: one statement instead of one for each event. */
export class GatheredRows {
  private readonly byStatement = new Map<string, (readonly unknown[])[]>();
  readonly gather: Gather;

  /** @param manager of the chunk's transaction */
  constructor(private readonly manager: EntityManager) {
    const gather = (statement: string, row: readonly unknown[]): void => {
      const rows = this.byStatement.get(statement);
      if (rows === undefined) this.byStatement.set(statement, [row]);
      else rows.push(row);
    };
    this.gather = Object.assign(gather, { written: () => this.write() });
  }

  /** Row by row in, column by column out: `unnest` makes rows of them again. */
  async write(): Promise<void> {
    const gathered = [...this.byStatement];
    this.byStatement.clear();
    for (const [statement, rows] of gathered) {
      const columns = rows[0]!.map((_, column) => rows.map((row) => row[column]));
      await this.manager.query(statement, columns);
    }
  }
}
