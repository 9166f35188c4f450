import type { EventPage, Gather, PageRows } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';

/** The rows of several events could not be written; which event's they are is not known. */
export class PageNotWritten extends Error {
  override readonly name = 'PageNotWritten';
  constructor(override readonly cause: unknown) {
    super('the rows of a page could not be written');
  }
}

/** Collects the rows of a page and writes them together: a few statements instead of one or more for each event. */
export class RowsOfPage implements EventPage {
  private readonly byStatement = new Map<string, (readonly unknown[])[]>();
  private readonly folded = new Map<object, PageRows<EntityManager>>();

  /** @param manager of the page's transaction */
  constructor(private readonly manager: EntityManager) {}

  readonly gather: Gather = (statement, row) => {
    const rows = this.byStatement.get(statement);
    if (rows === undefined) this.byStatement.set(statement, [row]);
    else rows.push(row);
  };

  readonly fold = <Rows extends PageRows<EntityManager>>(owner: object, make: () => Rows): Rows => {
    const known = this.folded.get(owner) as Rows | undefined;
    const rows = known ?? make();
    if (known === undefined) this.folded.set(owner, rows);
    return rows;
  };

  /** Writes gathered rows first. Each statement gets arrays of columns, which `unnest` turns into rows again. */
  readonly written = async (): Promise<void> => {
    const [gathered, folded] = [[...this.byStatement], [...this.folded.values()]];
    this.byStatement.clear();
    this.folded.clear();
    try {
      for (const [statement, rows] of gathered) {
        const columns = rows[0]!.map((_, column) => rows.map((row) => row[column]));
        await this.manager.query(statement, columns);
      }
      for (const rows of folded) await rows.write(this.manager);
    } catch (error) {
      throw new PageNotWritten(error);
    }
  };
}
