import type { SupportCaseEvent } from '@dittoo/contracts';
import {
  DomainError,
  EventStore,
  isErased,
  Sealer,
  streamName,
  type OpenedEvent,
  type RecordedEvent,
  type Uuid,
} from '@dittoo/kernel';
import { decodeCursor, pageOf, type Page } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { WithheldSubjects } from '../standing/withheld.query.js';
import type { SupportCaseAnswer, SupportMessageAnswer } from './support-case-list.http.js';

interface Row {
  readonly case_id: Uuid;
  readonly changed_at: Date;
}

type Opened = OpenedEvent<SupportCaseEvent>;

/** Cases, read from their streams and current; the queue, newest change first, follows within a second. */
@Injectable()
export class SupportCaseList {
  constructor(
    private readonly rows: DataSource,
    private readonly withheld: WithheldSubjects,
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  async page(status: string | null, limit: number, cursor: string | undefined): Promise<Page<SupportCaseAnswer>> {
    const after = cursor === undefined ? [null, null] : decodeCursor(cursor, 'time', 'id');
    const rows = await this.rows.query<Row[]>(
      `SELECT case_id, changed_at FROM engagement.support_case_row
       WHERE ($1::text IS NULL OR status = $1) AND ($2::timestamptz IS NULL OR (changed_at, case_id) < ($2, $3::uuid))
       ORDER BY changed_at DESC, case_id DESC LIMIT $4`,
      [status, ...after, limit + 1],
    );
    const { items, nextCursor } = pageOf(rows, limit, (row) => [row.changed_at.toISOString(), row.case_id]);
    return { items: await Promise.all(items.map((row) => this.one(row.case_id))), nextCursor };
  }

  /** @param onlyOf the person asking, who sees their own and sees it also while restricted; `null` = staff */
  async one(caseId: Uuid, onlyOf: Uuid | null = null): Promise<SupportCaseAnswer> {
    const recorded: RecordedEvent[] = [];
    for await (const event of this.store.readStream(streamName('supportCase', caseId))) recorded.push(event);
    const writer = recorded[0]?.metadata.dataSubjectId;
    if (writer == null || (onlyOf !== null && onlyOf !== writer)) throw new DomainError('not-found');
    const withheld = await this.withheld.reasonFor(writer);
    const restricted = withheld === 'restricted';
    if (onlyOf !== null || !restricted) {
      const opened = await this.sealer.open<SupportCaseEvent>(recorded);
      // During an erasure: readable messages are not shown, and messages without a key are marked as erased.
      const shown = onlyOf !== null || withheld === null || opened.every(isGone);
      if (shown) return answerOf(caseId, opened, { restricted, shown });
    }
    const unread = await this.sealer.open<SupportCaseEvent>(recorded.map(unopened));
    return answerOf(caseId, unread, { restricted: true, shown: false });
  }
}

const isGone = ({ event }: Opened): boolean => event.type === 'SupportCaseClosed' || isErased(event.data.body);

/** Withheld data is not opened either. */
const unopened = (event: RecordedEvent): RecordedEvent => {
  const { body: _body, email: _email, subject: _subject, ...data } = event.data;
  return { ...event, data };
};

const answerOf = (
  caseId: Uuid,
  opened: readonly Opened[],
  { restricted, shown }: { readonly restricted: boolean; readonly shown: boolean },
): SupportCaseAnswer => {
  const first = opened[0]!;
  if (first.event.type !== 'SupportCaseOpened') throw new DomainError('not-found');
  const { channel, email, orderId, subject } = first.event.data;
  return {
    caseId,
    status: statusOf(opened),
    channel,
    orderId,
    openedAt: first.recorded.metadata.recordedAt,
    restricted,
    email: shown ? email : null,
    subject: shown ? subject : null,
    messages: shown ? opened.flatMap(messageOf) : [],
  };
};

const statusOf = (opened: readonly Opened[]): SupportCaseAnswer['status'] => {
  switch (opened.at(-1)!.event.type) {
    case 'SupportCaseClosed':
      return 'closed';
    case 'SupportReplied':
      return 'answered';
    default:
      return 'open';
  }
};

const messageOf = ({ event, recorded }: Opened): SupportMessageAnswer[] => {
  if (event.type === 'SupportCaseClosed') return [];
  const from = event.type === 'SupportReplied' ? 'shop' : 'person';
  return [{ from, at: recorded.metadata.recordedAt, body: event.data.body }];
};
