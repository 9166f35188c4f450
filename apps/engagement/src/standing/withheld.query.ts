import type { SubjectId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** SQL: is the person of this column not to be shown? For lists that are cut in the database. */
export const isWithheld = (column: 'author_id'): string =>
  `EXISTS (SELECT FROM engagement.withheld_subject WHERE subject_id = ${column})`;

/** Who is not shown, and why. Follows the streams within a second. */
@Injectable()
export class WithheldSubjects {
  constructor(private readonly rows: DataSource) {}

  /** `null` = shown as anybody. An erasure is never taken back, so it outweighs a restriction. */
  async reasonFor(subjectId: SubjectId): Promise<'restricted' | 'erased' | null> {
    const [row] = await this.rows.query<{ reason: 'restricted' | 'erased' }[]>(
      'SELECT reason FROM engagement.withheld_subject WHERE subject_id = $1 ORDER BY reason LIMIT 1',
      [subjectId],
    );
    return row?.reason ?? null;
  }
}
