import type { DataCategory } from '@dittoo/kernel';
import { dayOf } from '@dittoo/processor-register';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** The data kept by a hold in force. */
export interface HeldData {
  readonly holdId: string;
  readonly categories: readonly DataCategory[];
  /** Only this order's data, where the category has keys per order; `null` = all. */
  readonly orderId: string | null;
  /** The last day of the hold, unless it is ended earlier. */
  readonly until: string;
}

export interface OverdueHold {
  readonly holdId: string;
  readonly expiresAt: string;
}

/** The categories with keys per order: a hold on one order keeps only that order's. */
export const perOrder: ReadonlySet<DataCategory> = new Set<DataCategory>(['orderDelivery', 'orderAccounting']);

/** Whether the hold keeps this key. `scope`: the key's order, comment or message; `null` = all of the category. */
export const holdsKey = (hold: HeldData, category: DataCategory, scope: string | null): boolean =>
  hold.categories.includes(category) && (hold.orderId === null || hold.orderId === scope || !perOrder.has(category));

/**
 * The holds, from their rows. The officer's call writes the row right after the hold's event, and so does the
 * projection: a hold counts from its confirmation on, even if the process dies between the event and the row.
 */
@Injectable()
export class LegalHolds {
  constructor(private readonly rows: DataSource) {}

  async inForce(subjectId: string, now: string, transaction: EntityManager = this.rows.manager): Promise<HeldData[]> {
    return (await this.inForceOf([subjectId], now, transaction)).get(subjectId) ?? [];
  }

  /** The same for several people; a person without a hold has no entry. */
  async inForceOf(
    subjectIds: readonly string[],
    now: string,
    transaction: EntityManager = this.rows.manager,
  ): Promise<ReadonlyMap<string, HeldData[]>> {
    const rows = await transaction.query<
      {
        subject_id: string;
        hold_id: string;
        categories: DataCategory[];
        order_id: string | null;
        expires_at: Date;
      }[]
    >(
      `SELECT subject_id, hold_id, categories, order_id, expires_at FROM rights.legal_hold
       WHERE subject_id = ANY ($1::uuid[]) AND state = 'inForce' AND expires_at > $2 ORDER BY expires_at, hold_id`,
      [subjectIds, now],
    );
    const holds = new Map<string, HeldData[]>();
    for (const { categories, expires_at, hold_id: holdId, order_id: orderId, subject_id } of rows) {
      const hold = { holdId, categories, orderId, until: dayOf(expires_at.toISOString()) };
      holds.set(subject_id, [...(holds.get(subject_id) ?? []), hold]);
    }
    return holds;
  }

  /** Whether a hold in force keeps this category of the person, or a part of it. */
  async holds(subjectId: string, category: DataCategory, now: string): Promise<boolean> {
    return (await this.inForce(subjectId, now)).some(({ categories }) => categories.includes(category));
  }

  /** Expired holds without their closing event, after `after` in order. */
  async overdue(now: string, limit: number, after: OverdueHold | null): Promise<OverdueHold[]> {
    const rows = await this.rows.query<{ hold_id: string; expires_at: Date }[]>(
      `SELECT hold_id, expires_at FROM rights.legal_hold
       WHERE state <> 'ended' AND expires_at <= $1 AND ($3::timestamptz IS NULL OR (expires_at, hold_id) > ($3, $4::uuid))
       ORDER BY expires_at, hold_id LIMIT $2`,
      [now, limit, after?.expiresAt ?? null, after?.holdId ?? null],
    );
    return rows.map((row) => ({ holdId: row.hold_id, expiresAt: row.expires_at.toISOString() }));
  }

  async page(limit: number, after: { sort: string; id: string } | null): Promise<{ holdId: string; at: Date }[]> {
    const rows = await this.rows.query<{ hold_id: string; requested_at: Date }[]>(
      `SELECT hold_id, requested_at FROM rights.legal_hold
       WHERE $1::timestamptz IS NULL OR (requested_at, hold_id) < ($1, $2) ORDER BY requested_at DESC, hold_id DESC LIMIT $3`,
      [after?.sort ?? null, after?.id ?? null, limit],
    );
    return rows.map((row) => ({ holdId: row.hold_id, at: row.requested_at }));
  }
}
