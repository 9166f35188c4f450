import type { PageRows, SubjectId } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';
import { RetentionFold } from './retention-fold.js';
import type { RetentionRows } from './retention-rows.js';
import type { RetentionEvent, RetentionRules } from './retention-rules.js';

/** The events of a page by person: their saved days are read once, folded with the events, and written once. */
export class RetentionPage implements PageRows<EntityManager> {
  private readonly events = new Map<SubjectId, RetentionEvent[]>();

  constructor(
    private readonly rows: RetentionRows,
    private readonly rules: RetentionRules,
  ) {}

  take(subjectId: SubjectId, event: RetentionEvent): void {
    const known = this.events.get(subjectId);
    if (known === undefined) this.events.set(subjectId, [event]);
    else known.push(event);
  }

  async write(transaction: EntityManager): Promise<void> {
    const known = await this.rows.load(transaction, this.events);
    const changes = [...this.events].map(([subjectId, events]) => {
      const before = known.get(subjectId)!;
      const after = events.reduce((fold, event) => fold.take(event), new RetentionFold(this.rules, before));
      return { subjectId, before, after };
    });
    await this.rows.save(transaction, changes);
  }
}
