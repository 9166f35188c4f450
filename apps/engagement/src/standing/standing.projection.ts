import type { DataSubjectEvents } from '@dittoo/contracts';
import type { Delivered, EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';

const group = 'engagement.standing';
type Context = EventContext<EntityManager>;
type Said<Type extends keyof DataSubjectEvents> = Delivered<DataSubjectEvents, Type>;

/**
 * Persons whose data is withheld: those under restriction (stored only, art. 18), for as long as one restriction is in
 * force, and those being erased, for good.
 */
@Controller()
export class StandingProjection {
  @Handles('ProcessingRestricted', { group })
  async restricted(@Payload() event: Said<'ProcessingRestricted'>, @Ctx() context: Context): Promise<void> {
    await context.transaction.query(
      `INSERT INTO engagement.withheld_subject (subject_id, request_id, reason) VALUES ($1, $2, 'restricted')
       ON CONFLICT DO NOTHING`,
      [event.metadata.dataSubjectId, event.data.requestId],
    );
  }

  @Handles('RestrictionLifted', { group })
  async lifted(@Payload() event: Said<'RestrictionLifted'>, @Ctx() context: Context): Promise<void> {
    await context.transaction.query(
      `DELETE FROM engagement.withheld_subject
       WHERE subject_id = $1 AND (request_id = $2 OR request_id IS NULL) AND reason = 'restricted'`,
      [event.metadata.dataSubjectId, event.data.requestId],
    );
  }

  @Handles('ErasureRequested', { group })
  async erased(@Payload() event: Said<'ErasureRequested'>, @Ctx() context: Context): Promise<void> {
    await context.transaction.query(
      `INSERT INTO engagement.withheld_subject (subject_id, request_id, reason) VALUES ($1, $2, 'erased')
       ON CONFLICT DO NOTHING`,
      [event.metadata.dataSubjectId, event.data.requestId],
    );
  }
}
