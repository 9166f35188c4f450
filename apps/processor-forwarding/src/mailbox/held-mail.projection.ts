import type { LegalHoldEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';

const group = 'forwarding.legalHolds';

type Context = EventContext<EntityManager>;
type Hold<Type extends keyof LegalHoldEvents & string> = Delivered<LegalHoldEvents, Type>;

/** The persons whose mail is kept because a legal hold covers their correspondence. Ids only. */
@Controller()
export class HeldMailProjection {
  @Handles('LegalHoldRequested', { group })
  async requested(@Payload() event: Hold<'LegalHoldRequested'>, @Ctx() { transaction }: Context): Promise<void> {
    if (!event.data.categories.includes('support')) return;
    await transaction.query(
      `INSERT INTO forwarding.mail_hold (hold_id, subject_id, in_force) VALUES ($1, $2, false) ON CONFLICT DO NOTHING`,
      [streamId(event.stream), event.data.subjectId],
    );
  }

  @Handles('LegalHoldConfirmed', { group })
  async confirmed(@Payload() event: Hold<'LegalHoldConfirmed'>, @Ctx() { transaction }: Context): Promise<void> {
    await transaction.query('UPDATE forwarding.mail_hold SET in_force = true WHERE hold_id = $1', [
      streamId(event.stream),
    ]);
  }

  @Handles('LegalHoldWithdrawn', { group })
  withdrawn(@Payload() event: Hold<'LegalHoldWithdrawn'>, @Ctx() context: Context): Promise<void> {
    return ended(event.stream, context);
  }

  @Handles('LegalHoldReleased', { group })
  released(@Payload() event: Hold<'LegalHoldReleased'>, @Ctx() context: Context): Promise<void> {
    return ended(event.stream, context);
  }

  @Handles('LegalHoldExpired', { group })
  expired(@Payload() event: Hold<'LegalHoldExpired'>, @Ctx() context: Context): Promise<void> {
    return ended(event.stream, context);
  }
}

const ended = async (stream: string, { transaction }: Context): Promise<void> => {
  await transaction.query('DELETE FROM forwarding.mail_hold WHERE hold_id = $1', [streamId(stream)]);
};
