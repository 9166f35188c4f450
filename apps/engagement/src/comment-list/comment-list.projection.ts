import type { CommentEvents, DataSubjectEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';

const group = 'engagement.comments';
type Context = EventContext<EntityManager>;

/** The comments of each product: ids and times, no text. */
@Controller()
export class CommentListProjection {
  @Handles('CommentPosted', { group })
  async posted(@Payload() event: Delivered<CommentEvents, 'CommentPosted'>, @Ctx() context: Context): Promise<void> {
    const { data, metadata, stream } = event;
    await context.transaction.query(
      `INSERT INTO engagement.comment_row (comment_id, sku, author_id, posted_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING`,
      [streamId(stream), data.sku, metadata.dataSubjectId, metadata.recordedAt],
    );
  }

  @Handles('CommentDeleted', { group })
  async deleted(@Payload() event: Delivered<CommentEvents, 'CommentDeleted'>, @Ctx() context: Context): Promise<void> {
    await context.transaction.query('DELETE FROM engagement.comment_row WHERE comment_id = $1', [
      streamId(event.stream),
    ]);
  }

  @Handles('ErasureRequested', { group })
  async erased(
    @Payload() { metadata }: Delivered<DataSubjectEvents, 'ErasureRequested'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    await transaction.query('DELETE FROM engagement.comment_row WHERE author_id = $1', [metadata.dataSubjectId]);
  }
}
