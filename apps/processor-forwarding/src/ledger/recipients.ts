import type { SubjectId } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

/** Personal data of the subject may have reached the processor. Written with the end of the attempt. */
export const recipientAdded = {
  name: 'recipient',
  columns: { processor_id: 'text', subject_id: 'uuid' },
  statement: (rows: string): string => `
  INSERT INTO forwarding.recipient (processor_id, subject_id) SELECT processor_id, subject_id FROM ${rows}
  ORDER BY subject_id ON CONFLICT DO NOTHING`,
};

/** Which processor received personal data of whom: an erasure has to be answered by these. Ids alone. */
@Injectable()
export class Recipients {
  constructor(@Inject(ROW_POOL) private readonly pool: Pool) {}

  /** Did personal data of the subject ever leave for this processor? */
  async has(processorId: string, subjectId: SubjectId): Promise<boolean> {
    const { rows } = await this.pool.query(
      'SELECT 1 FROM forwarding.recipient WHERE processor_id = $1 AND subject_id = $2',
      [processorId, subjectId],
    );
    return rows.length > 0;
  }
}
