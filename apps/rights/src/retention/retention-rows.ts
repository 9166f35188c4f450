import type { DataCategory, SubjectId } from '@dittoo/kernel';
import type { Day } from '@dittoo/processor-register';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RetentionDays } from './retention-days.js';
import type { Account, KeptKey, KeptPart, KnownRetention } from './retention-fold.js';
import { needsOf, type Needs } from './retention-needs.js';
import type { RetentionEvent } from './retention-rules.js';

export type SubjectEvents = ReadonlyMap<SubjectId, readonly RetentionEvent[]>;

/** A page's changes for one person. */
export interface RetentionChange {
  readonly subjectId: SubjectId;
  readonly before: KnownRetention;
  readonly after: KnownRetention;
}

/** The saved state of the fold, as rows: ids, days and names of categories. */
@Injectable()
export class RetentionRows {
  constructor(private readonly days: RetentionDays) {}

  /**
   * Loads the rows that events may change, of each person. The persons are locked until the transaction ends, also
   * those without a row, so that their events in different streams and partitions are handled in sequence.
   */
  async load(rows: EntityManager, events: SubjectEvents): Promise<ReadonlyMap<SubjectId, KnownRetention>> {
    const subjects = [...events.keys()];
    await rows.query(
      `SELECT pg_advisory_xact_lock(hashtextextended('rights.retention/' || id, 0))
       FROM (SELECT id FROM unnest($1::text[]) AS s (id) ORDER BY id) sorted`,
      [subjects],
    );
    const needs = new Map(subjects.map((subjectId) => [subjectId, needsOf(events.get(subjectId)!)]));
    const those = (need: 'parts' | 'account'): SubjectId[] => subjects.filter((id) => needs.get(id)![need]);
    const keys = await this.keys(rows, needs);
    const parts = await this.parts(rows, those('parts'));
    const accounts = await this.accounts(rows, those('account'));
    return new Map(
      subjects.map((id) => [
        id,
        { keys: keys.get(id) ?? [], parts: parts.get(id) ?? [], account: accounts.get(id) ?? null },
      ]),
    );
  }

  /** Writes the changes. */
  async save(rows: EntityManager, changes: readonly RetentionChange[]): Promise<void> {
    await this.upsertKeys(rows, changes.flatMap(of(({ after, before }) => changed(before.keys, after.keys))));
    await this.deleteKeys(rows, changes.flatMap(of(({ after, before }) => removed(before.keys, after.keys))));
    await this.upsertParts(rows, changes.flatMap(of(({ after, before }) => changed(before.parts, after.parts))));
    const accounts = changes.filter(({ after, before }) => after.account !== before.account);
    await this.upsertAccounts(
      rows,
      accounts.flatMap(of(({ after }) => (after.account === null ? [] : [after.account]))),
    );
    await this.deleteAccounts(
      rows,
      accounts.filter(({ after }) => after.account === null).map(({ subjectId }) => subjectId),
    );
  }

  private async keys(
    rows: EntityManager,
    needs: ReadonlyMap<SubjectId, Needs>,
  ): Promise<ReadonlyMap<SubjectId, KeptKey[]>> {
    const each = [...needs.entries()];
    const keys = await rows.query<
      { subject_id: SubjectId; category: DataCategory; scope: string; last_day: Day | null }[]
    >(
      `SELECT r.subject_id, r.category, r.scope, to_char(r.last_day, 'YYYY-MM-DD') AS last_day
       FROM unnest($1::uuid[], $2::bool[]) AS n (subject_id, every_key) JOIN rights.retention r USING (subject_id)
       WHERE n.every_key OR r.scope = ANY ($3::uuid[]) OR r.category = ANY ($4)`,
      [
        each.map(([subjectId]) => subjectId),
        each.map(([, { everyKey }]) => everyKey),
        [...new Set(each.flatMap(([, { scopes }]) => scopes))],
        [...new Set(each.flatMap(([, { categories }]) => categories))],
      ],
    );
    return bySubject(keys, ({ category, last_day: lastDay, scope }) => ({ category, scope, lastDay }));
  }

  /** Only evidence is kept for several reasons, the consents. */
  private async parts(
    rows: EntityManager,
    subjects: readonly SubjectId[],
  ): Promise<ReadonlyMap<SubjectId, KeptPart[]>> {
    if (subjects.length === 0) return new Map();
    const parts = await rows.query<{ subject_id: SubjectId; purpose: string; last_day: Day | null }[]>(
      `SELECT subject_id, purpose, to_char(last_day, 'YYYY-MM-DD') AS last_day FROM rights.consent_reliance
       WHERE subject_id = ANY ($1)`,
      [subjects],
    );
    return bySubject(parts, (row) => ({ category: 'consentEvidence', part: row.purpose, lastDay: row.last_day }));
  }

  private async accounts(
    rows: EntityManager,
    subjects: readonly SubjectId[],
  ): Promise<ReadonlyMap<SubjectId, Account>> {
    if (subjects.length === 0) return new Map();
    const accounts = await rows.query<{ subject_id: SubjectId; last_active_on: Day; erases_at: Date | null }[]>(
      `SELECT subject_id, to_char(last_active_on, 'YYYY-MM-DD') AS last_active_on, erases_at
       FROM rights.account_activity WHERE subject_id = ANY ($1)`,
      [subjects],
    );
    return new Map(
      accounts.map((row) => [
        row.subject_id,
        { lastActiveOn: row.last_active_on, erasesAt: row.erases_at?.toISOString() ?? null },
      ]),
    );
  }

  private async upsertKeys(rows: EntityManager, keys: readonly Owned<KeptKey>[]): Promise<void> {
    if (keys.length === 0) return;
    await rows.query(
      `INSERT INTO rights.retention (subject_id, category, scope, last_day)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::date[])
       ON CONFLICT (subject_id, category, scope) DO UPDATE SET last_day = excluded.last_day`,
      [
        keys.map(({ subjectId }) => subjectId),
        keys.map(({ item }) => item.category),
        keys.map(({ item }) => item.scope),
        keys.map(({ item }) => item.lastDay),
      ],
    );
  }

  private async deleteKeys(rows: EntityManager, keys: readonly Owned<KeptKey>[]): Promise<void> {
    if (keys.length === 0) return;
    await rows.query(
      `DELETE FROM rights.retention r USING unnest($1::uuid[], $2::text[], $3::uuid[]) AS k (subject_id, category, scope)
       WHERE r.subject_id = k.subject_id AND r.category = k.category AND r.scope = k.scope`,
      [
        keys.map(({ subjectId }) => subjectId),
        keys.map(({ item }) => item.category),
        keys.map(({ item }) => item.scope),
      ],
    );
  }

  private async upsertParts(rows: EntityManager, parts: readonly Owned<KeptPart>[]): Promise<void> {
    if (parts.length === 0) return;
    await rows.query(
      `INSERT INTO rights.consent_reliance (subject_id, purpose, last_day)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[])
       ON CONFLICT (subject_id, purpose) DO UPDATE SET last_day = excluded.last_day`,
      [
        parts.map(({ subjectId }) => subjectId),
        parts.map(({ item }) => item.part),
        parts.map(({ item }) => item.lastDay),
      ],
    );
  }

  private async upsertAccounts(rows: EntityManager, accounts: readonly Owned<Account>[]): Promise<void> {
    if (accounts.length === 0) return;
    await rows.query(
      `INSERT INTO rights.account_activity (subject_id, last_active_on, notice_on, erases_at)
       SELECT * FROM unnest($1::uuid[], $2::date[], $3::date[], $4::timestamptz[])
       ON CONFLICT (subject_id) DO UPDATE SET last_active_on = excluded.last_active_on,
         notice_on = excluded.notice_on, erases_at = excluded.erases_at`,
      [
        accounts.map(({ subjectId }) => subjectId),
        accounts.map(({ item }) => item.lastActiveOn),
        accounts.map(({ item }) => this.days.noticeOn(item.lastActiveOn)),
        accounts.map(({ item }) => item.erasesAt),
      ],
    );
  }

  private async deleteAccounts(rows: EntityManager, subjects: readonly SubjectId[]): Promise<void> {
    if (subjects.length === 0) return;
    await rows.query('DELETE FROM rights.account_activity WHERE subject_id = ANY ($1)', [subjects]);
  }
}

interface Owned<Item> {
  readonly subjectId: SubjectId;
  readonly item: Item;
}

const of =
  <Item>(items: (change: RetentionChange) => readonly Item[]) =>
  (change: RetentionChange): Owned<Item>[] =>
    items(change).map((item) => ({ subjectId: change.subjectId, item }));

const bySubject = <Row extends { readonly subject_id: SubjectId }, Item>(
  rows: readonly Row[],
  itemOf: (row: Row) => Item,
): ReadonlyMap<SubjectId, Item[]> => {
  const items = new Map<SubjectId, Item[]>();
  for (const row of rows) items.set(row.subject_id, [...(items.get(row.subject_id) ?? []), itemOf(row)]);
  return items;
};

/** The changed items; works by identity, because the fold replaces changed objects and keeps the others. */
const changed = <Item>(before: readonly Item[], after: readonly Item[]): readonly Item[] => {
  const unchanged = new Set(before);
  return after.filter((item) => !unchanged.has(item));
};

const removed = (before: readonly KeptKey[], after: readonly KeptKey[]): readonly KeptKey[] => {
  const kept = new Set(after.map(({ category, scope }) => `${category}/${scope}`));
  return before.filter(({ category, scope }) => !kept.has(`${category}/${scope}`));
};
