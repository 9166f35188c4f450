import type { OrderState, OrderStatus } from '@dittoo/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An order in a list: ids, status, amounts, times. No personal data. */
@Entity({ schema: 'orders', name: 'order_row' })
export class OrderRow {
  @PrimaryColumn('uuid', { name: 'order_id' })
  orderId!: string;

  @Column('uuid', { name: 'customer_id' })
  customerId!: string;

  @Column('text')
  status!: OrderStatus;

  /** A bigint, as a string. */
  @Column('bigint', { name: 'total_minor' })
  totalMinor!: string;

  @Column('text')
  currency!: string;

  @Column('bigint', { name: 'paid_minor' })
  paidMinor!: string;

  @Column('bigint', { name: 'refunded_minor' })
  refundedMinor!: string;

  @Column('timestamptz', { name: 'placed_at' })
  placedAt!: Date;

  @Column('timestamptz', { name: 'changed_at' })
  changedAt!: Date;

  /** Revision of the last handled event: an older event changes nothing. */
  @Column('bigint')
  revision!: string;

  /** The state folded from the events so far; status and sums are derived from it. */
  @Column('jsonb')
  state!: OrderState;
}
