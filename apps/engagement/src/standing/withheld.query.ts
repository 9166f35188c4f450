import type { SubjectId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** SQL condition: the person in this column is withheld. For lists that are paged in the database. */
export const isWithheld = (column: 'author_id'): string =>
  `EXISTS (SELECT FROM engagement.withheld_subject WHERE subject_id = ${column})`;

/** Persons whose data is withheld, and why. Follows the streams within a second. */
@Injectable()
export class WithheldSubjects {
  constructor(private readonly rows: DataSource) {}

  /** `null` = not withheld. An erasure is final, so it takes precedence over a restriction. */
  async reasonFor(subjectId: SubjectId): Promise<'restricted' | 'erased' | null> {
    const [row] = await this.rows.query<{ reason: 'restricted' | 'erased' }[]>(
      'SELECT reason FROM engagement.withheld_subject WHERE subject_id = $1 ORDER BY reason LIMIT 1',
      [subjectId],
    );
    return row?.reason ?? null;
  }
}
