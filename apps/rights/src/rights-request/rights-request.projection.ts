import type { RightsRequestEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { RightsRequestRow } from './rights-request.entity.js';

const group = 'rights.lists';

type Context = EventContext<EntityManager>;
type RequestEvent<Type extends keyof RightsRequestEvents & string> = Delivered<RightsRequestEvents, Type>;

/** Request events -> `rights.rights_request`, for the two lists. */
@Controller()
export class RightsRequestProjection {
  @Handles('RightsRequestReceived', { group })
  async received(
    @Payload() event: RequestEvent<'RightsRequestReceived'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    const row = {
      requestId: streamId(event.stream),
      subjectId: event.metadata.dataSubjectId,
      kind: event.data.kind,
      receivedAt: new Date(event.metadata.recordedAt),
      dueAt: new Date(event.data.dueAt),
      // A request without a confirmed address is not shown to officers.
      open: false,
    };
    await transaction.createQueryBuilder().insert().into(RightsRequestRow).values(row).orIgnore().execute();
  }

  @Handles('RequesterIdentified', { group })
  async identified(
    @Payload() event: RequestEvent<'RequesterIdentified'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    await transaction.update(RightsRequestRow, { requestId: streamId(event.stream) }, { open: true });
  }

  @Handles('RequestExtended', { group })
  async extended(@Payload() event: RequestEvent<'RequestExtended'>, @Ctx() { transaction }: Context): Promise<void> {
    const dueAt = new Date(event.data.dueAt);
    await transaction.update(RightsRequestRow, { requestId: streamId(event.stream) }, { dueAt });
  }

  @Handles('RequestAnswered', { group })
  answered(@Payload() event: RequestEvent<'RequestAnswered'>, @Ctx() { transaction }: Context): Promise<void> {
    return close(streamId(event.stream), transaction);
  }

  @Handles('RequestRefused', { group })
  refused(@Payload() event: RequestEvent<'RequestRefused'>, @Ctx() { transaction }: Context): Promise<void> {
    return close(streamId(event.stream), transaction);
  }
}

const close = async (requestId: string, transaction: EntityManager): Promise<void> => {
  await transaction.update(RightsRequestRow, { requestId }, { open: false });
};
