import type { ForwardingIntent } from '@dittoo/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

export const deliveryStates = ['queued', 'retrying', 'done', 'refused', 'parked', 'cancelled'] as const;
/** The state of a forwarding as the officers' list names it. */
export type DeliveryState = (typeof deliveryStates)[number];

/** A forwarding as officers see it: ids, names of fields and internal codes. */
@Entity({ schema: 'forwarding', name: 'delivery' })
export class Delivery {
  @PrimaryColumn('uuid', { name: 'forwarding_id' })
  forwardingId!: string;

  @Column('text', { name: 'processor_id' })
  processorId!: string;

  @Column('text')
  intent!: ForwardingIntent;

  @Column('uuid', { name: 'order_id', nullable: true })
  orderId!: string | null;

  @Column('text')
  state!: DeliveryState;

  @Column('jsonb')
  fields!: readonly string[];

  @Column('int')
  attempts!: number;

  /** Why it failed, was refused or cancelled, or the processor's answer. */
  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt!: Date | null;

  @Column('timestamptz', { name: 'requested_at' })
  requestedAt!: Date;

  @Column('timestamptz', { name: 'changed_at' })
  changedAt!: Date;
}
