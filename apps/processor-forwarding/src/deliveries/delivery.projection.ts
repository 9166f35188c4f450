import type { ForwardingEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { Delivery, type DeliveryState } from './delivery.entity.js';

const group = 'forwarding.deliveries';

type Context = EventContext<EntityManager>;
type Of<Type extends keyof ForwardingEvents> = Delivered<ForwardingEvents, Type>;

/** `forwarding-*` -> one row each. Can be rebuilt by reading the streams again. */
@Controller()
export class DeliveryProjection {
  @Handles('ForwardingRequested', { group })
  async requested(@Payload() event: Of<'ForwardingRequested'>, @Ctx() { transaction }: Context): Promise<void> {
    const at = new Date(event.metadata.recordedAt);
    const { processorId, intent, orderId, fields } = event.data;
    await transaction
      .createQueryBuilder()
      .insert()
      .into(Delivery)
      .values({
        forwardingId: streamId(event.stream),
        processorId,
        intent,
        orderId,
        state: 'queued',
        fields: [...fields],
        attempts: 0,
        reason: null,
        nextAttemptAt: null,
        requestedAt: at,
        changedAt: at,
      })
      .orIgnore()
      .execute();
  }

  @Handles('ForwardingRefused', { group })
  async refused(@Payload() event: Of<'ForwardingRefused'>, @Ctx() context: Context): Promise<void> {
    await this.change(event, context, 'refused', { reason: event.data.reason });
  }

  @Handles('AttemptFailed', { group })
  async attemptFailed(@Payload() event: Of<'AttemptFailed'>, @Ctx() context: Context): Promise<void> {
    const { attempt: attempts, failure: reason, nextAttemptAt } = event.data;
    const next = nextAttemptAt === null ? null : new Date(nextAttemptAt);
    await this.change(event, context, 'retrying', { attempts, reason, nextAttemptAt: next });
  }

  @Handles('ForwardingParked', { group })
  async parked(@Payload() event: Of<'ForwardingParked'>, @Ctx() context: Context): Promise<void> {
    await this.change(event, context, 'parked', { reason: event.data.failure });
  }

  @Handles('RedeliveryRequested', { group })
  async redeliveryRequested(@Payload() event: Of<'RedeliveryRequested'>, @Ctx() context: Context): Promise<void> {
    await this.change(event, context, 'queued', {});
  }

  @Handles('ForwardingCancelled', { group })
  async cancelled(@Payload() event: Of<'ForwardingCancelled'>, @Ctx() context: Context): Promise<void> {
    await this.change(event, context, 'cancelled', { reason: event.data.reason });
  }

  @Handles('DataDisclosed', { group })
  async disclosed(@Payload() event: Of<'DataDisclosed'>, @Ctx() { transaction }: Context): Promise<void> {
    await transaction.update(Delivery, { forwardingId: streamId(event.stream) }, { attempts: event.data.attempt });
  }

  @Handles('ForwardingCompleted', { group })
  async completed(@Payload() event: Of<'ForwardingCompleted'>, @Ctx() context: Context): Promise<void> {
    await this.change(event, context, 'done', { reason: null });
  }

  @Handles('ErasureAnswered', { group })
  async erasureAnswered(@Payload() event: Of<'ErasureAnswered'>, @Ctx() context: Context): Promise<void> {
    await this.change(event, context, 'done', { reason: `${event.data.answer}:${event.data.reason}` });
  }

  private async change(
    event: Of<keyof ForwardingEvents>,
    { transaction }: Context,
    state: DeliveryState,
    more: Partial<Pick<Delivery, 'attempts' | 'reason' | 'nextAttemptAt'>>,
  ): Promise<void> {
    const changedAt = new Date(event.metadata.recordedAt);
    const change = { nextAttemptAt: null, ...more, state, changedAt };
    await transaction.update(Delivery, { forwardingId: streamId(event.stream) }, change);
  }
}
