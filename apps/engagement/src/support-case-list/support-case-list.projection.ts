import type { SupportCaseEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';

const group = 'engagement.supportCases';
type Context = EventContext<EntityManager>;
type Said<Type extends keyof SupportCaseEvents> = Delivered<SupportCaseEvents, Type>;

/** The staff's queue: ids, states, times. Messages stay in the streams. */
@Controller()
export class SupportCaseListProjection {
  @Handles('SupportCaseOpened', { group })
  async opened(@Payload() event: Said<'SupportCaseOpened'>, @Ctx() context: Context): Promise<void> {
    const { data, metadata, revision, stream } = event;
    await context.transaction.query(
      `INSERT INTO engagement.support_case_row (case_id, subject_id, channel, status, opened_at, changed_at, revision)
       VALUES ($1, $2, $3, 'open', $4, $4, $5) ON CONFLICT DO NOTHING`,
      [streamId(stream), metadata.dataSubjectId, data.channel, metadata.recordedAt, String(revision)],
    );
  }

  @Handles('SupportMessageReceived', { group })
  async written(@Payload() event: Said<'SupportMessageReceived'>, @Ctx() context: Context): Promise<void> {
    await change(event, context, 'open');
  }

  @Handles('SupportReplied', { group })
  async replied(@Payload() event: Said<'SupportReplied'>, @Ctx() context: Context): Promise<void> {
    await change(event, context, 'answered');
  }

  @Handles('SupportCaseClosed', { group })
  async closed(@Payload() event: Said<'SupportCaseClosed'>, @Ctx() context: Context): Promise<void> {
    await change(event, context, 'closed');
  }
}

const change = async (
  { metadata, revision, stream }: Pick<Delivered<SupportCaseEvents>, 'metadata' | 'revision' | 'stream'>,
  { transaction }: Context,
  status: 'open' | 'answered' | 'closed',
): Promise<void> => {
  await transaction.query(
    `UPDATE engagement.support_case_row SET status = $2, changed_at = $3, revision = $4
     WHERE case_id = $1 AND revision < $4`,
    [streamId(stream), status, metadata.recordedAt, String(revision)],
  );
};
