import type { ForwardingEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { DeliveryState } from './delivery.entity.js';

const group = 'forwarding.deliveries';

type Of<Type extends keyof ForwardingEvents> = Delivered<ForwardingEvents, Type>;
type Context = Pick<EventContext<unknown>, 'gather'>;

/**
 * Rows of a page at once: what an event says of a column replaces what an earlier one said, and what it does not say
 * stays. A delivery that exists already is not begun again.
 */
const noteDeliveries = `
WITH said AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::jsonb[], $6::text[], $7::int[], $8::boolean[],
                       $9::text[], $10::timestamptz[], $11::timestamptz[]) WITH ORDINALITY
    AS s (forwarding_id, processor_id, intent, order_id, fields, state, attempts, gives_reason, reason, next_attempt_at, at, place)),
page AS MATERIALIZED (
  SELECT forwarding_id, max(processor_id) AS processor_id, max(intent) AS intent,
         (array_agg(order_id) FILTER (WHERE fields IS NOT NULL))[1] AS order_id,
         (array_agg(fields) FILTER (WHERE fields IS NOT NULL))[1] AS fields,
         min(at) FILTER (WHERE fields IS NOT NULL) AS requested_at,
         (array_agg(state ORDER BY place DESC) FILTER (WHERE state IS NOT NULL))[1] AS state,
         (array_agg(next_attempt_at ORDER BY place DESC) FILTER (WHERE state IS NOT NULL))[1] AS next_attempt_at,
         (array_agg(at ORDER BY place DESC) FILTER (WHERE state IS NOT NULL))[1] AS changed_at,
         (array_agg(attempts ORDER BY place DESC) FILTER (WHERE attempts IS NOT NULL))[1] AS attempts,
         bool_or(gives_reason) AS gives_reason,
         (array_agg(reason ORDER BY place DESC) FILTER (WHERE gives_reason))[1] AS reason
    FROM said GROUP BY forwarding_id),
begun AS (
  INSERT INTO forwarding.delivery (forwarding_id, processor_id, intent, order_id, fields, state, attempts, reason,
                                   next_attempt_at, requested_at, changed_at)
  SELECT forwarding_id, processor_id, intent, order_id, fields, coalesce(state, 'queued'), coalesce(attempts, 0), reason,
         next_attempt_at, requested_at, coalesce(changed_at, requested_at)
    FROM page WHERE fields IS NOT NULL ORDER BY forwarding_id ON CONFLICT DO NOTHING RETURNING forwarding_id)
UPDATE forwarding.delivery d
   SET state = coalesce(p.state, d.state), attempts = coalesce(p.attempts, d.attempts),
       reason = CASE WHEN p.gives_reason THEN p.reason ELSE d.reason END,
       next_attempt_at = CASE WHEN p.state IS NULL THEN d.next_attempt_at ELSE p.next_attempt_at END,
       changed_at = coalesce(p.changed_at, d.changed_at)
  FROM page p
 WHERE d.forwarding_id = p.forwarding_id AND p.forwarding_id NOT IN (SELECT forwarding_id FROM begun)`;

/** What an event says; what is absent stays as it is. */
interface Said {
  readonly state?: DeliveryState;
  readonly attempts?: number;
  readonly reason?: string | null;
  readonly nextAttemptAt?: string | null;
  readonly begun?: Pick<ForwardingEvents['ForwardingRequested'], 'processorId' | 'intent' | 'orderId' | 'fields'>;
}

/** `forwarding-*` -> one row each. Can be rebuilt by reading the streams again. */
@Controller()
export class DeliveryProjection {
  @Handles('ForwardingRequested', { group })
  requested(@Payload() event: Of<'ForwardingRequested'>, @Ctx() context: Context): void {
    note(event, context, { begun: event.data });
  }

  @Handles('ForwardingRefused', { group })
  refused(@Payload() event: Of<'ForwardingRefused'>, @Ctx() context: Context): void {
    note(event, context, { state: 'refused', reason: event.data.reason });
  }

  @Handles('AttemptFailed', { group })
  attemptFailed(@Payload() event: Of<'AttemptFailed'>, @Ctx() context: Context): void {
    const { attempt: attempts, failure: reason, nextAttemptAt } = event.data;
    note(event, context, { state: 'retrying', attempts, reason, nextAttemptAt });
  }

  @Handles('ForwardingParked', { group })
  parked(@Payload() event: Of<'ForwardingParked'>, @Ctx() context: Context): void {
    note(event, context, { state: 'parked', reason: event.data.failure });
  }

  @Handles('RedeliveryRequested', { group })
  redeliveryRequested(@Payload() event: Of<'RedeliveryRequested'>, @Ctx() context: Context): void {
    note(event, context, { state: 'queued' });
  }

  @Handles('ForwardingCancelled', { group })
  cancelled(@Payload() event: Of<'ForwardingCancelled'>, @Ctx() context: Context): void {
    note(event, context, { state: 'cancelled', reason: event.data.reason });
  }

  @Handles('DataDisclosed', { group })
  disclosed(@Payload() event: Of<'DataDisclosed'>, @Ctx() context: Context): void {
    note(event, context, { attempts: event.data.attempt });
  }

  @Handles('ForwardingCompleted', { group })
  completed(@Payload() event: Of<'ForwardingCompleted'>, @Ctx() context: Context): void {
    note(event, context, { state: 'done', reason: null });
  }

  @Handles('ErasureAnswered', { group })
  erasureAnswered(@Payload() event: Of<'ErasureAnswered'>, @Ctx() context: Context): void {
    note(event, context, { state: 'done', reason: `${event.data.answer}:${event.data.reason}` });
  }
}

const note = (
  { metadata, stream }: Of<keyof ForwardingEvents>,
  { gather }: Context,
  { attempts, begun, nextAttemptAt = null, reason, state }: Said,
): void =>
  gather(noteDeliveries, [
    streamId(stream),
    begun?.processorId ?? null,
    begun?.intent ?? null,
    begun?.orderId ?? null,
    begun === undefined ? null : JSON.stringify(begun.fields),
    state ?? null,
    attempts ?? null,
    reason !== undefined,
    reason ?? null,
    nextAttemptAt,
    metadata.recordedAt,
  ]);
