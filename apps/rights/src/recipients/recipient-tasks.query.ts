import { decodeCursor, pageOf, type Page } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RightsRequests, type RequestSummary } from '../rights-request/rights-request.query.js';

/** A task in the officers' list. */
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
  readonly processor_id: string;
  readonly state: 'failed' | 'notSupported';
  readonly reason: string;
  readonly since: Date;
}

/** Recipients that an officer must still contact, oldest first. */
@Injectable()
export class RecipientTasks {
  constructor(
    private readonly rows: DataSource,
    private readonly requests: RightsRequests,
  ) {}

  async page(limit: number, cursor: string | undefined): Promise<Page<ListedRecipientTask>> {
    const after = cursor === undefined ? beginning : decodeCursor(cursor, 'time', 'id', 'text');
    const rows = await this.rows.query<Row[]>(
      `SELECT request_id, processor_id, state, reason, since FROM rights.recipient_task
       WHERE (since, request_id, processor_id) > ($1::timestamptz, $2::uuid, $3::text)
       ORDER BY since, request_id, processor_id LIMIT $4`,
      [...after, limit + 1],
    );
    const page = pageOf(rows, limit, (row) => [row.since.toISOString(), row.request_id, row.processor_id]);
    const requests = await this.requests.summaries(page.items.map(({ request_id }) => request_id));
    return { ...page, items: page.items.flatMap((row) => listed(row, requests.get(row.request_id))) };
  }
}

const beginning = ['-infinity', '00000000-0000-0000-0000-000000000000', ''];

/** Leaves out tasks of unlisted requests, which are not for officers. */
const listed = (row: Row, request: RequestSummary | undefined): ListedRecipientTask[] =>
  request === undefined
    ? []
    : [
        {
          requestId: row.request_id,
          ...request,
          processorId: row.processor_id,
          state: row.state,
          reason: row.reason,
          since: row.since.toISOString(),
        },
      ];
