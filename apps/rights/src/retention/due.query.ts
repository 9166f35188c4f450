import type { DataCategory } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { dayOf, type Day } from '@dittoo/processor-register';
import type { Lease } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { wholeCategory } from './retention-rules.js';

/** A key whose last day is over. */
export interface DueKey {
  readonly subjectId: string;
  readonly category: DataCategory;
  readonly scope: string;
  readonly lastDay: Day;
}

/** The due keys of one person. */
export interface DuePerson {
  readonly subjectId: string;
  readonly due: readonly { readonly category: DataCategory; readonly scope: string }[];
}

/** An account due for a notice or for its erasure. */
export interface DueAccount {
  readonly subjectId: string;
  readonly lastActiveOn: Day;
  readonly noticeOn: Day;
}

type RetentionTable = 'retention' | 'account_activity';

/** Due rows, page by page, without regard to holds and restrictions. */
@Injectable()
export class Due {
  constructor(@Inject(ROW_POOL) private readonly pool: Pool) {}

  /** The oldest first, starting after `after`. */
  async keys(now: string, limit: number, after: DueKey | null): Promise<DueKey[]> {
    const { rows } = await this.pool.query<{
      subject_id: string;
      category: DataCategory;
      scope: string;
      last_day: Day;
    }>(
      `SELECT subject_id, category, scope, to_char(last_day, 'YYYY-MM-DD') AS last_day FROM rights.retention
       WHERE last_day < $2 AND (not_before IS NULL OR not_before <= $1)
         AND (last_day, subject_id, category, scope) > ($4::date, $5::uuid, $6::text, $7::uuid)
       ORDER BY last_day, subject_id, category, scope LIMIT $3`,
      [
        now,
        dayOf(now),
        limit,
        after?.lastDay ?? '-infinity',
        after?.subjectId ?? wholeCategory,
        after?.category ?? '',
        after?.scope ?? wholeCategory,
      ],
    );
    return rows.map(({ category, last_day: lastDay, scope, subject_id: subjectId }) => ({
      subjectId,
      category,
      scope,
      lastDay,
    }));
  }

  async waiting(now: string): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM rights.retention WHERE last_day < $1',
      [dayOf(now)],
    );
    return rows[0]?.count ?? 0;
  }

  /** Whether other keys of the category are waiting, or their periods still running. */
  async othersOf(subjectId: string, category: DataCategory, now: string): Promise<boolean> {
    const { rows } = await this.pool.query(
      `SELECT FROM rights.retention WHERE subject_id = $1 AND category = $2 AND (last_day IS NULL OR last_day >= $3)
       LIMIT 1`,
      [subjectId, category, dayOf(now)],
    );
    return rows.length > 0;
  }

  /** Deletes the rows, only under the lease: a process that lost it leaves them, and the next one repeats the rest. */
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

  accountsToTell(now: string, limit: number, after: DueAccount | null): Promise<DueAccount[]> {
    return this.accounts('notice_on <= $2 AND erases_at IS NULL', [now, dayOf(now), limit], after);
  }

  accountsToErase(now: string, limit: number, after: DueAccount | null): Promise<DueAccount[]> {
    return this.accounts('erases_at <= $2', [now, now, limit], after);
  }

  async told(subjectId: string, erasesAt: string): Promise<void> {
    await this.pool.query(
      'UPDATE rights.account_activity SET erases_at = $2, failures = 0, not_before = NULL WHERE subject_id = $1',
      [subjectId, erasesAt],
    );
  }

  /** Cancels the announcement after a use. */
  async used(subjectId: string): Promise<void> {
    await this.pool.query('UPDATE rights.account_activity SET erases_at = NULL WHERE subject_id = $1', [subjectId]);
  }

  async gone(subjectId: string): Promise<void> {
    await this.pool.query('DELETE FROM rights.account_activity WHERE subject_id = $1', [subjectId]);
  }

  /** Postpones all the person's rows in this table. */
  async postpone(table: RetentionTable, subjectId: string, notBefore: string): Promise<void> {
    await this.pool.query(`UPDATE rights.${table} SET not_before = $2 WHERE subject_id = $1`, [subjectId, notBefore]);
  }

  /** Postpones after a failure: by one minute, two, four ... an hour. */
  async later(table: RetentionTable, subjectId: string, now: string): Promise<void> {
    await this.pool.query(
      `UPDATE rights.${table} SET failures = failures + 1,
         not_before = $2::timestamptz + least(interval '1 hour', interval '1 minute' * (2 ^ least(failures, 6)))
       WHERE subject_id = $1`,
      [subjectId, now],
    );
  }

  private async accounts(
    condition: string,
    values: readonly [string, string, number],
    after: DueAccount | null,
  ): Promise<DueAccount[]> {
    const { rows } = await this.pool.query<{ subject_id: string; last_active_on: Day; notice_on: Day }>(
      `SELECT subject_id, to_char(last_active_on, 'YYYY-MM-DD') AS last_active_on,
         to_char(notice_on, 'YYYY-MM-DD') AS notice_on
       FROM rights.account_activity
       WHERE ${condition} AND (not_before IS NULL OR not_before <= $1)
         AND (notice_on, subject_id) > ($4::date, $5::uuid)
       ORDER BY notice_on, subject_id LIMIT $3`,
      [...values, after?.noticeOn ?? '-infinity', after?.subjectId ?? wholeCategory],
    );
    return rows.map((row) => ({
      subjectId: row.subject_id,
      lastActiveOn: row.last_active_on,
      noticeOn: row.notice_on,
    }));
  }
}
