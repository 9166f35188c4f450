import { asRecorded, type AnyDelivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { RetentionPage } from './retention-page.js';
import { RetentionRows } from './retention-rows.js';
import { RETENTION_RULES, retentionEvent, typesWithRetention, type RetentionRules } from './retention-rules.js';

const group = 'rights.retention';

/**
 * Every event that begins, extends or ends a period by the schema map -> the rows of the scheduler. Rows and checkpoint
 * are one transaction: if the process dies, the event is redelivered to unchanged rows.
 */
@Controller()
export class RetentionReactor {
  constructor(
    private readonly rows: RetentionRows,
    @Inject(RETENTION_RULES) private readonly rules: RetentionRules,
  ) {}

  @Handles(typesWithRetention, { group })
  take(@Payload() delivered: AnyDelivered, @Ctx() { fold }: EventContext): void {
    const subjectId = delivered.metadata.dataSubjectId;
    if (subjectId === null) return;
    const event = retentionEvent(asRecorded(delivered));
    fold(this, () => new RetentionPage(this.rows, this.rules)).take(subjectId, event);
  }
}
