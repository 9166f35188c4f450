import type { RightsRequestEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { RecipientTask } from './recipient-task.entity.js';

/** The same group as the list of requests: a task is listed with its request. */
const group = 'rights.lists';

type Context = EventContext<EntityManager>;

/** Recipients' answers -> `rights.recipient_task`, while an officer has something left to do. */
@Controller()
export class RecipientTaskProjection {
  @Handles('RecipientAnswered', { group })
  async answered(
    @Payload() event: Delivered<RightsRequestEvents, 'RecipientAnswered'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    const { processorId, reason, state } = event.data;
    const requestId = streamId(event.stream);
    if (state === 'acknowledged') {
      await transaction.delete(RecipientTask, { requestId, processorId });
      return;
    }
    const since = new Date(event.metadata.recordedAt);
    await transaction.upsert(RecipientTask, { requestId, processorId, state, reason, since }, [
      'requestId',
      'processorId',
    ]);
  }

  /** Removes the task, whatever its outcome, which is recorded in the request. */
  @Handles('RecipientTaskDone', { group })
  async done(
    @Payload() event: Delivered<RightsRequestEvents, 'RecipientTaskDone'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    const { processorId } = event.data;
    await transaction.delete(RecipientTask, { requestId: streamId(event.stream), processorId });
  }
}
