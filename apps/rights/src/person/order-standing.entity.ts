import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where an order stands, as far as rights requests ask: ids, states and amounts, nothing personal. */
@Entity({ schema: 'rights', name: 'order_standing' })
export class OrderStanding {
  @PrimaryColumn('uuid', { name: 'order_id' })
  orderId!: string;

  @Column('uuid', { name: 'subject_id' })
  subjectId!: string;

  /** Of the last event taken in: one seen before changes nothing. */
  @Column('bigint')
  revision!: string;

  @Column('text')
  status!: 'placed' | 'awaitingPayment' | 'paid' | 'paymentDenied' | 'shipped' | 'cancelled' | 'refunded';

  @Column('boolean', { name: 'by_invoice' })
  byInvoice!: boolean;

  @Column('text', { name: 'personnummer_ground', nullable: true })
  personnummerGround!: string | null;

  @Column('boolean')
  paid!: boolean;

  @Column('bigint', { name: 'total_minor' })
  totalMinor!: string;

  @Column('bigint', { name: 'refunded_minor' })
  refundedMinor!: string;

  @Column('timestamptz', { name: 'placed_at' })
  placedAt!: Date;

  @Column('timestamptz', { name: 'shipped_at', nullable: true })
  shippedAt!: Date | null;

  /** When something of the order last went into the books. */
  @Column('timestamptz', { name: 'booked_at' })
  bookedAt!: Date;
}
