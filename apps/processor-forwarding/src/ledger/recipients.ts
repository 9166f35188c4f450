import type { SubjectId } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';

/** Which processor received personal data of whom: an erasure has to be answered by these. Ids alone. */
@Injectable()
export class Recipients {
  constructor(@Inject(ROW_POOL) private readonly pool: Pool) {}

  /** Personal data of the subject may have reached the processor. Runs in the transaction that ends the attempt. */
  async add(client: PoolClient, processorId: string, subjectId: SubjectId): Promise<void> {
    await client.query(
      'INSERT INTO forwarding.recipient (processor_id, subject_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [processorId, subjectId],
    );
  }

  /** Did personal data of the subject ever leave for this processor? */
  async has(processorId: string, subjectId: SubjectId): Promise<boolean> {
    const { rows } = await this.pool.query(
      'SELECT 1 FROM forwarding.recipient WHERE processor_id = $1 AND subject_id = $2',
      [processorId, subjectId],
    );
    return rows.length > 0;
  }
}
