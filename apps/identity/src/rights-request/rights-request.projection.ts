import type { RightsRequestEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { RightsRequestRow } from './rights-request.entity.js';

const group = 'identity.requests';

type Context = EventContext<EntityManager>;
type RequestEvent<Type extends keyof RightsRequestEvents & string> = Delivered<RightsRequestEvents, Type>;

/** Request events -> `identity.rights_request`, for the two lists. */
@Controller()
export class RightsRequestProjection {
  @EventPattern<string>('RightsRequestReceived', { group })
  async received(
    @Payload() event: RequestEvent<'RightsRequestReceived'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    const row = {
      requestId: streamId(event.stream),
      subjectId: event.metadata.dataSubjectId!,
      kind: event.data.kind,
      receivedAt: new Date(event.metadata.recordedAt),
      dueAt: new Date(event.data.dueAt),
      open: true,
    };
    await transaction.createQueryBuilder().insert().into(RightsRequestRow).values(row).orIgnore().execute();
  }

  @EventPattern<string>('RequestAnswered', { group })
  answered(@Payload() event: RequestEvent<'RequestAnswered'>, @Ctx() { transaction }: Context): Promise<void> {
    return close(streamId(event.stream), transaction);
  }

  @EventPattern<string>('RequestRefused', { group })
  refused(@Payload() event: RequestEvent<'RequestRefused'>, @Ctx() { transaction }: Context): Promise<void> {
    return close(streamId(event.stream), transaction);
  }
}

const close = async (requestId: string, transaction: EntityManager): Promise<void> => {
  await transaction.update(RightsRequestRow, { requestId }, { open: false });
};
