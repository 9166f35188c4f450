import type { LegalHoldEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { endHoldRow, forceHoldRow, requestHoldRow } from './legal-hold.rows.js';

const group = 'rights.legalHolds';

type Context = EventContext<EntityManager>;
type HoldEvent<Type extends keyof LegalHoldEvents & string> = Delivered<LegalHoldEvents, Type>;

/** Hold events -> `rights.legal_hold`; rows that the officer's request has already written stay the same. */
@Controller()
export class LegalHoldProjection {
  @Handles('LegalHoldRequested', { group })
  requested(@Payload() event: HoldEvent<'LegalHoldRequested'>, @Ctx() { transaction }: Context): Promise<void> {
    return requestHoldRow(transaction, streamId(event.stream), event.data, event.metadata.recordedAt);
  }

  @Handles('LegalHoldConfirmed', { group })
  confirmed(@Payload() event: HoldEvent<'LegalHoldConfirmed'>, @Ctx() { transaction }: Context): Promise<void> {
    return forceHoldRow(transaction, streamId(event.stream));
  }

  @Handles('LegalHoldWithdrawn', { group })
  withdrawn(@Payload() event: HoldEvent<'LegalHoldWithdrawn'>, @Ctx() { transaction }: Context): Promise<void> {
    return endHoldRow(transaction, streamId(event.stream));
  }

  @Handles('LegalHoldReleased', { group })
  released(@Payload() event: HoldEvent<'LegalHoldReleased'>, @Ctx() { transaction }: Context): Promise<void> {
    return endHoldRow(transaction, streamId(event.stream));
  }

  @Handles('LegalHoldExpired', { group })
  expired(@Payload() event: HoldEvent<'LegalHoldExpired'>, @Ctx() { transaction }: Context): Promise<void> {
    return endHoldRow(transaction, streamId(event.stream));
  }
}
