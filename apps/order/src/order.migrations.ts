import { orderNumberOf } from '@dittoo/contracts';
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

/** States stored before a payment told what was taken of it: the same facts in the new form. */
class TellWhatWasTaken1764260001000 implements MigrationInterface {
  readonly name = 'TellWhatWasTaken1764260001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE orders.order_row SET state = state || '{"released": false, "discrepancies": []}' WHERE NOT state ? 'released'`);
    await runner.query(`
      UPDATE orders.order_row SET state = jsonb_set(state, '{payment}', (state -> 'payment')
        || '{"capturedMinor": null, "unclaimedMinor": 0}' || jsonb_build_object('refunds', (
          SELECT coalesce(jsonb_agg((r - 'paid') || jsonb_build_object(
                   'status', CASE WHEN (r ->> 'paid')::boolean THEN 'paid' ELSE 'decided' END) ORDER BY place), '[]')
            FROM jsonb_array_elements(state -> 'payment' -> 'refunds') WITH ORDINALITY AS refunds (r, place))))
       WHERE jsonb_typeof(state -> 'payment') = 'object' AND NOT (state -> 'payment') ? 'capturedMinor'`);
  }

  /** The older form ignores what it does not know, but reads whether a refund is paid. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE orders.order_row SET state = jsonb_set(state, '{payment,refunds}', (
          SELECT coalesce(jsonb_agg(r || jsonb_build_object('paid', r ->> 'status' = 'paid') ORDER BY place), '[]')
            FROM jsonb_array_elements(state -> 'payment' -> 'refunds') WITH ORDINALITY AS refunds (r, place)))
       WHERE jsonb_typeof(state -> 'payment') = 'object'`);
  }
}

/** Which order has a number. */
class AddOrderNumbers1764260101000 implements MigrationInterface {
  readonly name = 'AddOrderNumbers1764260101000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE orders.order_number (number text PRIMARY KEY, order_id uuid NOT NULL)');
    const placed = (await runner.query('SELECT order_id FROM orders.order_row ORDER BY placed_at')) as {
      order_id: string;
    }[];
    for (const { order_id: orderId } of placed) {
      const values = [orderNumberOf(orderId), orderId];
      await runner.query(
        'INSERT INTO orders.order_number (number, order_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        values,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE orders.order_number');
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
      refunded_minor: repeats('RefundPaid.amount', 'RefundMadeAtProcessor.amount'),
      state: repeats('OrderPlaced', 'PaymentApproved', 'PaymentCaptured', 'RefundDecided', 'RefundPaid'),
      placed_at: repeats('OrderPlaced'),
      changed_at: repeats('OrderPlaced', 'OrderShipped'),
      ...plainColumns('revision'),
    },
  },
  order_number: { columns: { order_id: reference, ...plainColumns('number') } },
};

export const ordersSchema = {
  schema: 'orders',
  migrations: [CreateOrders1763800002000, TellWhatWasTaken1764260001000, AddOrderNumbers1764260101000],
  rows: ordersRows,
};
