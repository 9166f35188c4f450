import type { DataCategory } from '@dittoo/kernel';
import type { Day } from '@dittoo/processor-register';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RetentionDays } from './retention-days.js';
import { scopeOf, type Account, type KeptKey, type KeptPart, type KnownRetention } from './retention-fold.js';
import { effectsOf, wholeCategory, type RetentionEvent } from './retention-rules.js';

/** What the fold knew after the event before, as rows: ids, days and names of categories. */
@Injectable()
export class RetentionRows {
  constructor(private readonly days: RetentionDays) {}

  /**
   * The rows an event may touch. The person is locked until the transaction ends, also one without a row: two of their
   * events in different streams, and partitions, come one after the other.
   */
  async load(rows: EntityManager, subjectId: string, event: RetentionEvent): Promise<KnownRetention> {
    await rows.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`rights.retention/${subjectId}`]);
    const effects = effectsOf(event);
    const ofKeys = effects.filter((effect) => 'keyPer' in effect);
    const ofSubject = effects.length > ofKeys.length || ofKeys.some(({ keyPer }) => keyPer === 'subject');
    const scopes = [...ofKeys.map((effect) => scopeOf(effect, event)), ...(ofSubject ? [wholeCategory] : [])];
    const every = ofKeys.filter(({ keyPer }) => keyPer === 'every').map(({ category }) => category);
    const erasure = effects.some((effect) => 'destroys' in effect);
    const keys = await rows.query<{ category: DataCategory; scope: string; last_day: Day | null }[]>(
      `SELECT category, scope, to_char(last_day, 'YYYY-MM-DD') AS last_day FROM rights.retention
       WHERE subject_id = $1 AND ($2 OR scope = ANY ($3::uuid[]) OR category = ANY ($4))`,
      [subjectId, erasure, scopes, every],
    );
    return {
      keys: keys.map(({ category, last_day: lastDay, scope }) => ({ category, scope, lastDay })),
      parts: ofKeys.some(({ category }) => category === 'consentEvidence') ? await this.parts(rows, subjectId) : [],
      account: ofSubject ? await this.account(rows, subjectId) : null,
    };
  }

  /** Writes what the event changed. */
  async save(rows: EntityManager, subjectId: string, before: KnownRetention, after: KnownRetention): Promise<void> {
    const kept = new Set(after.keys.map(({ category, scope }) => `${category}/${scope}`));
    const gone = before.keys.filter(({ category, scope }) => !kept.has(`${category}/${scope}`));
    await this.upsert(rows, subjectId, changed(before.keys, after.keys));
    if (gone.length > 0)
      await rows.query(
        `DELETE FROM rights.retention r USING unnest($2::text[], $3::uuid[]) AS k (category, scope)
         WHERE r.subject_id = $1 AND r.category = k.category AND r.scope = k.scope`,
        [subjectId, gone.map(({ category }) => category), gone.map(({ scope }) => scope)],
      );
    await this.upsertParts(rows, subjectId, changed(before.parts, after.parts));
    if (after.account !== before.account) await this.saveAccount(rows, subjectId, after.account);
  }

  private async upsert(rows: EntityManager, subjectId: string, keys: readonly KeptKey[]): Promise<void> {
    if (keys.length === 0) return;
    await rows.query(
      `INSERT INTO rights.retention (subject_id, category, scope, last_day)
       SELECT $1, * FROM unnest($2::text[], $3::uuid[], $4::date[])
       ON CONFLICT (subject_id, category, scope) DO UPDATE SET last_day = excluded.last_day`,
      [
        subjectId,
        keys.map(({ category }) => category),
        keys.map(({ scope }) => scope),
        keys.map(({ lastDay }) => lastDay),
      ],
    );
  }

  /** Evidence is the one category that is kept for several things, the consents. */
  private async parts(rows: EntityManager, subjectId: string): Promise<KeptPart[]> {
    const parts = await rows.query<{ purpose: string; last_day: Day | null }[]>(
      `SELECT purpose, to_char(last_day, 'YYYY-MM-DD') AS last_day FROM rights.consent_reliance
       WHERE subject_id = $1`,
      [subjectId],
    );
    return parts.map((row) => ({ category: 'consentEvidence', part: row.purpose, lastDay: row.last_day }));
  }

  private async upsertParts(rows: EntityManager, subjectId: string, parts: readonly KeptPart[]): Promise<void> {
    if (parts.length === 0) return;
    await rows.query(
      `INSERT INTO rights.consent_reliance (subject_id, purpose, last_day)
       SELECT $1, * FROM unnest($2::text[], $3::date[])
       ON CONFLICT (subject_id, purpose) DO UPDATE SET last_day = excluded.last_day`,
      [subjectId, parts.map(({ part }) => part), parts.map(({ lastDay }) => lastDay)],
    );
  }

  private async account(rows: EntityManager, subjectId: string): Promise<Account | null> {
    const [row] = await rows.query<{ last_active_on: Day; erases_at: Date | null }[]>(
      `SELECT to_char(last_active_on, 'YYYY-MM-DD') AS last_active_on, erases_at FROM rights.account_activity
       WHERE subject_id = $1`,
      [subjectId],
    );
    if (row === undefined) return null;
    return { lastActiveOn: row.last_active_on, erasesAt: row.erases_at?.toISOString() ?? null };
  }

  private async saveAccount(rows: EntityManager, subjectId: string, account: Account | null): Promise<void> {
    if (account === null) {
      await rows.query('DELETE FROM rights.account_activity WHERE subject_id = $1', [subjectId]);
      return;
    }
    const { erasesAt, lastActiveOn } = account;
    await rows.query(
      `INSERT INTO rights.account_activity (subject_id, last_active_on, notice_on, erases_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (subject_id) DO UPDATE SET last_active_on = excluded.last_active_on,
         notice_on = excluded.notice_on, erases_at = excluded.erases_at`,
      [subjectId, lastActiveOn, this.days.noticeOn(lastActiveOn), erasesAt],
    );
  }
}

/** The fold replaces what it changes and leaves the rest the same object. */
const changed = <Item>(before: readonly Item[], after: readonly Item[]): readonly Item[] => {
  const known = new Set(before);
  return after.filter((item) => !known.has(item));
};
