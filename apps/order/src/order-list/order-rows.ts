import {
  evolveOrder,
  noOrder,
  orderStatusOf,
  paidBackMinor,
  paymentOf,
  type OrderEvents,
  type OrderState,
} from '@dittoo/contracts';
import { streamId, type Delivered, type PageRows } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';

interface KnownRow {
  readonly order_id: string;
  readonly customer_id: string;
  readonly total_minor: string;
  readonly currency: string;
  readonly placed_at: Date;
  readonly revision: string;
  readonly state: OrderState;
}

interface Row {
  readonly customerId: string;
  readonly totalMinor: string;
  readonly currency: string;
  readonly placedAt: string;
  readonly changedAt: string;
  readonly revision: bigint;
  readonly state: OrderState;
}

const write = `
INSERT INTO orders.order_row (order_id, customer_id, status, total_minor, currency, paid_minor, refunded_minor, placed_at,
                              changed_at, revision, state)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[],
                     $8::timestamptz[], $9::timestamptz[], $10::bigint[], $11::jsonb[])
ON CONFLICT (order_id) DO UPDATE SET status = excluded.status, paid_minor = excluded.paid_minor,
  refunded_minor = excluded.refunded_minor, changed_at = excluded.changed_at, revision = excluded.revision,
  state = excluded.state WHERE order_row.revision < excluded.revision`;

/** The rows of a page's orders: what was known is read once, folded with the page's events, and written once. */
export class OrderRows implements PageRows<EntityManager> {
  private readonly events = new Map<string, Delivered<OrderEvents>[]>();

  take(event: Delivered<OrderEvents>): void {
    const orderId = streamId(event.stream);
    const known = this.events.get(orderId);
    if (known === undefined) this.events.set(orderId, [event]);
    else known.push(event);
  }

  async write(transaction: EntityManager): Promise<void> {
    const ids = [...this.events.keys()].sort(); // the same order everywhere: no two pages wait for each other
    const known = await transaction.query<KnownRow[]>(
      `SELECT order_id, customer_id, total_minor, currency, placed_at, revision, state FROM orders.order_row
       WHERE order_id = ANY ($1) ORDER BY order_id FOR UPDATE`,
      [ids],
    );
    const rows = new Map(known.map((row) => [row.order_id, rowOf(row)]));
    const changed: [string, Row][] = [];
    for (const orderId of ids) {
      const before = rows.get(orderId);
      const after = this.events.get(orderId)!.reduce(fold, before);
      if (after !== undefined && after !== before) changed.push([orderId, after]);
    }
    if (changed.length === 0) return;
    const column = (of: (row: Row) => unknown): unknown[] => changed.map(([, row]) => of(row));
    const paid = ({ state }: Row): ReturnType<typeof paymentOf> => (state.stage === 'none' ? null : paymentOf(state));
    await transaction.query(write, [
      changed.map(([orderId]) => orderId),
      column(({ customerId }) => customerId),
      column(({ state }) => (state.stage === 'none' ? null : orderStatusOf(state))),
      column(({ totalMinor }) => totalMinor),
      column(({ currency }) => currency),
      column((row) => paid(row)?.paidMinor ?? 0),
      column(({ state }) => (state.stage === 'none' ? 0 : paidBackMinor(state))),
      column(({ placedAt }) => placedAt),
      column(({ changedAt }) => changedAt),
      column(({ revision }) => String(revision)),
      column(({ state }) => JSON.stringify(state)),
    ]);
  }
}

const rowOf = (row: KnownRow): Row => ({
  customerId: row.customer_id,
  totalMinor: row.total_minor,
  currency: row.currency,
  placedAt: row.placed_at.toISOString(),
  changedAt: '',
  revision: BigInt(row.revision),
  state: row.state,
});

/** `undefined` = an order nobody placed, as far as is known: nothing to list. */
const fold = (row: Row | undefined, event: Delivered<OrderEvents>): Row | undefined => {
  const { metadata, revision } = event;
  if (row !== undefined && revision <= row.revision) return row;
  const state = evolveOrder(row?.state ?? noOrder, event);
  if (state.stage === 'none') return row;
  const moved = { state, revision, changedAt: metadata.recordedAt };
  if (row !== undefined) return { ...row, ...moved };
  if (event.type !== 'OrderPlaced') return undefined;
  const { amountMinor, currency } = event.data.total;
  return {
    ...moved,
    customerId: metadata.dataSubjectId,
    totalMinor: String(amountMinor),
    currency,
    placedAt: metadata.recordedAt,
  };
};
