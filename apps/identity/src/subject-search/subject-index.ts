import { KeyEncryption } from '@dittoo/personal-data';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { normalizedPhone } from './phone-number.js';

/** What a person is for the shop. */
export const subjectKinds = ['customer', 'guest', 'contact', 'subscriber', 'campaignEntrant'] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/**
 * Who the shop knows, as what, and by which telephone numbers, which are stored as keyed hashes only. Every method is
 * safe to repeat.
 */
@Injectable()
export class SubjectIndex {
  constructor(
    @Inject(ROW_POOL) private readonly pool: Pool,
    private readonly keys: KeyEncryption,
  ) {}

  async noteKind(subjectId: string, kind: SubjectKind): Promise<void> {
    await this.pool.query(
      'INSERT INTO identity.known_subject (subject_id, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [subjectId, kind],
    );
  }

  /** @param kid the key that seals the number: the mark goes with it */
  async notePhone(subjectId: string, phone: string, kid: string): Promise<void> {
    await this.pool.query(
      'INSERT INTO identity.phone_mark (mark, subject_id, kid) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [this.mark(phone), subjectId, kid],
    );
  }

  /** Removes the marks of numbers whose keys are destroyed. */
  async forgetPhones(subjectId: string, kids: readonly string[]): Promise<void> {
    await this.pool.query('DELETE FROM identity.phone_mark WHERE subject_id = $1 AND kid = ANY ($2)', [
      subjectId,
      kids,
    ]);
  }

  async byPhone(phone: string): Promise<string[]> {
    const { rows } = await this.pool.query<{ subject_id: string }>(
      'SELECT DISTINCT subject_id FROM identity.phone_mark WHERE mark = $1 ORDER BY subject_id',
      [this.mark(phone)],
    );
    return rows.map((row) => row.subject_id);
  }

  /** What a person without an account is, as far as the events have come. */
  async kindsOf(subjectId: string): Promise<SubjectKind[]> {
    const { rows } = await this.pool.query<{ kind: SubjectKind }>(
      'SELECT kind FROM identity.known_subject WHERE subject_id = $1',
      [subjectId],
    );
    return subjectKinds.filter((kind) => rows.some((row) => row.kind === kind));
  }

  private mark(phone: string): Buffer {
    return this.keys.keyedHash('contact', `phone/${normalizedPhone(phone)}`);
  }
}
