import type { DataCategory } from '@dittoo/kernel';
import { dayOf } from '@dittoo/processor-register';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** What a hold in force keeps. */
export interface HeldData {
  readonly holdId: string;
  readonly categories: readonly DataCategory[];
  /** Of this order alone, as far as the category's keys are per order; `null` = all. */
  readonly orderId: string | null;
  /** The last day it holds, if nobody ends it earlier. */
  readonly until: string;
}

/**
 * The holds, by row. A row is written with the hold's own event by whoever decided, and again by the projection: so a
 * hold counts from its confirmation on, and also after a death between the two.
 */
@Injectable()
export class LegalHolds {
  constructor(private readonly rows: DataSource) {}

  async inForce(subjectId: string, now: string, transaction: EntityManager = this.rows.manager): Promise<HeldData[]> {
    const rows = await transaction.query<
      { hold_id: string; categories: DataCategory[]; order_id: string | null; expires_at: Date }[]
    >(
      `SELECT hold_id, categories, order_id, expires_at FROM rights.legal_hold
       WHERE subject_id = $1 AND state = 'inForce' AND expires_at > $2 ORDER BY expires_at, hold_id`,
      [subjectId, now],
    );
    return rows.map(({ categories, expires_at, hold_id, order_id }) => ({
      holdId: hold_id,
      categories,
      orderId: order_id,
      until: dayOf(expires_at.toISOString()),
    }));
  }

  /** Does a hold in force keep this category of the person, or a part of it? */
  async holds(subjectId: string, category: DataCategory, now: string): Promise<boolean> {
    return (await this.inForce(subjectId, now)).some(({ categories }) => categories.includes(category));
  }

  /** Those whose time is over and that do not say so yet. */
  async overdue(now: string, limit: number): Promise<string[]> {
    const rows = await this.rows.query<{ hold_id: string }[]>(
      `SELECT hold_id FROM rights.legal_hold WHERE state <> 'ended' AND expires_at <= $1 ORDER BY expires_at LIMIT $2`,
      [now, limit],
    );
    return rows.map(({ hold_id }) => hold_id);
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
