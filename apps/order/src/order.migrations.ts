import { plainColumns, reference, repeats, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateOrders1763800002000 implements MigrationInterface {
  readonly name = 'CreateOrders1763800002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS orders');
    await runner.query(`
      CREATE TABLE orders.order_row (
        order_id uuid PRIMARY KEY, customer_id uuid NOT NULL, status text NOT NULL,
        total_minor bigint NOT NULL, currency text NOT NULL, paid_minor bigint NOT NULL, refunded_minor bigint NOT NULL,
        placed_at timestamptz NOT NULL, changed_at timestamptz NOT NULL, revision bigint NOT NULL,
        state jsonb NOT NULL)`);
    await runner.query('CREATE INDEX ON orders.order_row (placed_at DESC, order_id DESC)');
    await runner.query('CREATE INDEX ON orders.order_row (customer_id, placed_at DESC, order_id DESC)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA orders CASCADE');
  }
}

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
const ordersRows: RowClasses = {
  order_row: {
    subject: 'customer_id',
    columns: {
      order_id: reference,
      customer_id: reference,
      status: repeats('OrderPlaced', 'OrderShipped', 'OrderCancelled'),
      total_minor: repeats('OrderPlaced.total'),
      currency: repeats('OrderPlaced.total'),
      paid_minor: repeats('PaymentApproved.amount'),
      refunded_minor: repeats('RefundPaid.amount'),
      state: repeats('OrderPlaced', 'PaymentApproved', 'RefundDecided', 'RefundPaid'),
      placed_at: repeats('OrderPlaced'),
      changed_at: repeats('OrderPlaced', 'OrderShipped'),
      ...plainColumns('revision'),
    },
  },
};

export const ordersSchema = { schema: 'orders', migrations: [CreateOrders1763800002000], rows: ordersRows };
