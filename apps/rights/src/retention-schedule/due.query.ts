import type { DataCategory } from '@dittoo/kernel';
import { dayOf } from '@dittoo/processor-register';
import { ROW_POOL } from '@dittoo/platform';
import type { Lease } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

/** What is due of one person. */
export interface DuePerson {
  readonly subjectId: string;
  readonly due: readonly { readonly category: DataCategory; readonly scope: string }[];
}

/** An account to be told, or to be erased. */
export interface DueAccount {
  readonly subjectId: string;
  readonly lastActiveOn: string;
}

/** A hold in force keeps it; one on an order keeps the order's own keys and, of other categories, all. */
const notHeld = (subject: string, category: string, scope: string): string => `NOT EXISTS (
  SELECT FROM rights.legal_hold h WHERE h.subject_id = ${subject} AND h.state = 'inForce' AND h.expires_at > $1
    AND ${category} = ANY (h.categories)
    AND (h.order_id IS NULL OR h.order_id = ${scope} OR ${category} NOT IN ('orderDelivery', 'orderAccounting')))`;

const nobody = 'NULL::uuid';

/** What the scheduler has to do, from the rows. What failed comes again later and holds up nothing else. */
@Injectable()
export class Due {
  constructor(@Inject(ROW_POOL) private readonly pool: Pool) {}

  async keys(now: string, limit: number): Promise<DuePerson[]> {
    const { rows } = await this.pool.query<{ subject_id: string; category: DataCategory; scope: string }>(
      `SELECT subject_id, category, scope FROM rights.retention r
       WHERE last_day < $2 AND (not_before IS NULL OR not_before <= $1)
         AND ${notHeld('r.subject_id', 'r.category', 'r.scope')}
         AND (category <> 'contact'
              OR NOT EXISTS (SELECT FROM rights.rights_request q WHERE q.subject_id = r.subject_id AND q.open))
       ORDER BY last_day, subject_id LIMIT $3`,
      [now, dayOf(now), limit],
    );
    const people = new Map<string, { category: DataCategory; scope: string }[]>();
    for (const { category, scope, subject_id: subjectId } of rows) {
      people.set(subjectId, [...(people.get(subjectId) ?? []), { category, scope }]);
    }
    return [...people].map(([subjectId, due]) => ({ subjectId, due }));
  }

  async waiting(now: string): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM rights.retention WHERE last_day < $1',
      [dayOf(now)],
    );
    return rows[0]!.count;
  }

  /** Does anything else of the category wait, or run still? */
  async othersOf(subjectId: string, category: DataCategory, now: string): Promise<boolean> {
    const { rows } = await this.pool.query(
      `SELECT FROM rights.retention WHERE subject_id = $1 AND category = $2 AND (last_day IS NULL OR last_day >= $3)
       LIMIT 1`,
      [subjectId, category, dayOf(now)],
    );
    return rows.length > 0;
  }

  /** Only under the lease: whoever lost it leaves the row, and the next one finds everything done. */
  async done({ due, subjectId }: DuePerson, now: string, lease: Lease): Promise<void> {
    await this.pool.query(
      `DELETE FROM rights.retention r USING unnest($2::text[], $3::uuid[]) AS k (c, s), service.lease l
       WHERE r.subject_id = $1 AND r.category = k.c AND r.scope = k.s AND r.last_day < $4
         AND l.name = $5 AND l.epoch = $6`,
      [
        subjectId,
        due.map(({ category }) => category),
        due.map(({ scope }) => scope),
        dayOf(now),
        lease.name,
        lease.epoch,
      ],
    );
  }

  async accountsToTell(now: string, limit: number): Promise<DueAccount[]> {
    return this.accounts('notice_on <= $2 AND erases_at IS NULL', [now, dayOf(now), limit]);
  }

  async accountsToErase(now: string, limit: number): Promise<DueAccount[]> {
    return this.accounts('erases_at <= $2', [now, now, limit]);
  }

  async told(subjectId: string, erasesAt: string): Promise<void> {
    await this.pool.query(
      'UPDATE rights.account_activity SET erases_at = $2, failures = 0, not_before = NULL WHERE subject_id = $1',
      [subjectId, erasesAt],
    );
  }

  /** Whatever was announced is off. */
  async used(subjectId: string): Promise<void> {
    await this.pool.query('UPDATE rights.account_activity SET erases_at = NULL WHERE subject_id = $1', [subjectId]);
  }

  async gone(subjectId: string): Promise<void> {
    await this.pool.query('DELETE FROM rights.account_activity WHERE subject_id = $1', [subjectId]);
  }

  async accountLater(subjectId: string, notBefore: string): Promise<void> {
    await this.pool.query('UPDATE rights.account_activity SET not_before = $2 WHERE subject_id = $1', [
      subjectId,
      notBefore,
    ]);
  }

  /** After a failure: a minute, two, four ... an hour. */
  async later(table: 'retention' | 'account_activity', subjectId: string, now: string): Promise<void> {
    await this.pool.query(
      `UPDATE rights.${table} SET failures = failures + 1,
         not_before = $2::timestamptz + least(interval '1 hour', interval '1 minute' * (2 ^ least(failures, 6)))
       WHERE subject_id = $1`,
      [subjectId, now],
    );
  }

  private async accounts(condition: string, values: readonly [string, string, number]): Promise<DueAccount[]> {
    const { rows } = await this.pool.query<{ subject_id: string; last_active_on: string }>(
      `SELECT subject_id, to_char(last_active_on, 'YYYY-MM-DD') AS last_active_on FROM rights.account_activity a
       WHERE ${condition} AND (not_before IS NULL OR not_before <= $1)
         AND ${notHeld('a.subject_id', `'profile'`, nobody)} AND ${notHeld('a.subject_id', `'contact'`, nobody)}
       ORDER BY notice_on, subject_id LIMIT $3`,
      [...values],
    );
    return rows.map((row) => ({ subjectId: row.subject_id, lastActiveOn: row.last_active_on }));
  }
}
