import { decodeCursor, pageOf, type Page } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A task as the officers see it. */
export interface ListedRecipientTask {
  readonly requestId: string;
  readonly subjectId: string;
  readonly kind: string;
  readonly processorId: string;
  readonly state: 'failed' | 'notSupported';
  readonly reason: string;
  readonly since: string;
}

interface Row {
  readonly request_id: string;
  readonly subject_id: string;
  readonly kind: string;
  readonly processor_id: string;
  readonly state: 'failed' | 'notSupported';
  readonly reason: string;
  readonly since: Date;
}

/** Recipients a person must still speak to, oldest first. */
@Injectable()
export class RecipientTasks {
  constructor(private readonly rows: DataSource) {}

  async page(limit: number, cursor: string | undefined): Promise<Page<ListedRecipientTask>> {
    const after = cursor === undefined ? beginning : decodeCursor(cursor, 'time', 'id', 'text');
    const rows = await this.rows.query<Row[]>(
      `SELECT task.request_id, request.subject_id, request.kind, task.processor_id, task.state, task.reason, task.since
       FROM rights.recipient_task AS task JOIN rights.rights_request AS request USING (request_id)
       WHERE (task.since, task.request_id, task.processor_id) > ($1::timestamptz, $2::uuid, $3::text)
       ORDER BY task.since, task.request_id, task.processor_id LIMIT $4`,
      [...after, limit + 1],
    );
    return pageOf(rows.map(listed), limit, ({ since, requestId, processorId }) => [since, requestId, processorId]);
  }
}

const beginning = ['-infinity', '00000000-0000-0000-0000-000000000000', ''];

const listed = (row: Row): ListedRecipientTask => ({
  requestId: row.request_id,
  subjectId: row.subject_id,
  kind: row.kind,
  processorId: row.processor_id,
  state: row.state,
  reason: row.reason,
  since: row.since.toISOString(),
});
