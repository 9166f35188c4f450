import type { ConsentEvents } from '@dittoo/contracts';
import type { Delivered, EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';

const group = 'consent.standing';
type Context = EventContext<EntityManager>;
type Of<Type extends keyof ConsentEvents> = Delivered<ConsentEvents, Type>;

/** The consents in force, oldest first, so that the expiry worker finds those that are due. */
@Controller()
export class StandingConsentProjection {
  @Handles('ConsentGiven', { group })
  async given(@Payload() event: Of<'ConsentGiven'>, @Ctx() { transaction }: Context): Promise<void> {
    await transaction.query(
      `INSERT INTO consent.standing_consent (subject_id, purpose, said, given_at) VALUES ($1, $2, 1, $3)
       ON CONFLICT (subject_id, purpose) DO UPDATE SET said = 1, given_at = excluded.given_at`,
      [event.metadata.dataSubjectId, event.data.purpose, event.metadata.recordedAt],
    );
  }

  @Handles('ConsentReconfirmed', { group })
  async reconfirmed(@Payload() event: Of<'ConsentReconfirmed'>, @Ctx() { transaction }: Context): Promise<void> {
    await transaction.query(
      `UPDATE consent.standing_consent SET said = said + 1, given_at = $3 WHERE subject_id = $1 AND purpose = $2`,
      [event.metadata.dataSubjectId, event.data.purpose, event.metadata.recordedAt],
    );
  }

  @Handles('ConsentRefused', { group })
  async refused(@Payload() event: Of<'ConsentRefused'>, @Ctx() context: Context): Promise<void> {
    await this.ended(event, context);
  }

  @Handles('ConsentWithdrawn', { group })
  async withdrawn(@Payload() event: Of<'ConsentWithdrawn'>, @Ctx() context: Context): Promise<void> {
    await this.ended(event, context);
  }

  @Handles('ConsentExpired', { group })
  async expired(@Payload() event: Of<'ConsentExpired'>, @Ctx() context: Context): Promise<void> {
    await this.ended(event, context);
  }

  @Handles('ConsentsInvalidated', { group })
  async invalidated(@Payload() event: Of<'ConsentsInvalidated'>, @Ctx() { transaction }: Context): Promise<void> {
    const { dataSubjectId } = event.metadata;
    await transaction.query('DELETE FROM consent.standing_consent WHERE subject_id = $1', [dataSubjectId]);
  }

  private async ended(
    { data, metadata }: Of<'ConsentRefused' | 'ConsentWithdrawn' | 'ConsentExpired'>,
    { transaction }: Context,
  ): Promise<void> {
    await transaction.query('DELETE FROM consent.standing_consent WHERE subject_id = $1 AND purpose = $2', [
      metadata.dataSubjectId,
      data.purpose,
    ]);
  }
}
