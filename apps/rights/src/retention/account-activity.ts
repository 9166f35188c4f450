import { dayOf } from '@dittoo/processor-register';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RetentionDays } from './retention-days.js';

/** `rights.account_activity`: when each account was last used, and whether its end is announced. */
@Injectable()
export class AccountActivity {
  constructor(private readonly days: RetentionDays) {}

  async registered(rows: EntityManager, subjectId: string, at: string): Promise<void> {
    const day = dayOf(at);
    await rows.query(
      `INSERT INTO rights.account_activity (subject_id, last_active_on, notice_on) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING`,
      [subjectId, day, this.days.noticeOn(day)],
    );
  }

  /** Used, on the day of `at`: whatever was announced is off. */
  async used(rows: EntityManager, subjectId: string, at: string): Promise<void> {
    const day = dayOf(at);
    await rows.query(
      `UPDATE rights.account_activity SET last_active_on = $2, notice_on = $3, erases_at = NULL
       WHERE subject_id = $1 AND (last_active_on <= $2)`,
      [subjectId, day, this.days.noticeOn(day)],
    );
  }

  async announced(rows: EntityManager, subjectId: string, erasesAt: string): Promise<void> {
    await rows.query('UPDATE rights.account_activity SET erases_at = $2 WHERE subject_id = $1', [subjectId, erasesAt]);
  }

  async ended(rows: EntityManager, subjectId: string): Promise<void> {
    await rows.query('DELETE FROM rights.account_activity WHERE subject_id = $1', [subjectId]);
  }
}
