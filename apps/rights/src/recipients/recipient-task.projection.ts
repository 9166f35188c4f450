import type { RightsRequestEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { RecipientTask } from './recipient-task.entity.js';

/** The group of the other list of requests: a task is listed with its request. */
const group = 'rights.lists';

type Context = EventContext<EntityManager>;

/** What recipients answered -> `rights.recipient_task`, while there is something left for a person to do. */
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

  /** Done is done, whatever came of it: the outcome stands with the request. */
  @Handles('RecipientTaskDone', { group })
  async done(
    @Payload() event: Delivered<RightsRequestEvents, 'RecipientTaskDone'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    const { processorId } = event.data;
    await transaction.delete(RecipientTask, { requestId: streamId(event.stream), processorId });
  }
}
