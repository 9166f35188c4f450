import type { RightsRequestEvent } from '@dittoo/contracts';
import { DomainError, readable } from '@dittoo/kernel';
import { KeyEncryption, linkToken } from '@dittoo/personal-data';
import { Commands, decodeCursor, pageOf, type Loaded, type Page } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import type { OfficersRequest, RequestAnswer } from './rights-request.http.js';
import { rightsRequestDecider } from './rights-request.decider.js';
import { requestKinds } from './request-kinds.js';
import { RightsRequestRow } from './rights-request.entity.js';
import { isOpen, type RightsRequest } from './rights-request.js';
import { shownToSubject } from './shown-to-subject.js';

/** A request's person and kind. */
export interface RequestSummary {
  readonly subjectId: string;
  readonly kind: string;
}

interface Row {
  readonly request_id: string;
  readonly sort_key: Date;
}

type LoadedRequest = Loaded<RightsRequest, RightsRequestEvent>;

/** Requests for display: the list is from the rows, their contents from the streams. */
@Injectable()
export class RightsRequests {
  constructor(
    private readonly commands: Commands,
    private readonly rows: DataSource,
    private readonly keys: KeyEncryption,
  ) {}

  /** @throws DomainError `not-found`, also for another person's request */
  async ofSubject(subjectId: string, requestId: string): Promise<RequestAnswer> {
    const loaded = await this.commands.load(rightsRequestDecider, requestId);
    if (subjectOf(loaded) !== subjectId) throw new DomainError('not-found');
    const answer = answerOf(requestId, loaded);
    const certificate = this.certificateLink(requestId, loaded.state);
    return { ...answer, retained: shownToSubject(answer.retained), certificate };
  }

  /** The link to the certificate of destroyed keys; only for the requester. `null` = there will be none. */
  certificateLink(requestId: string, request: RightsRequest): string | null {
    if (request.status === 'none' || request.status === 'refused') return null;
    if (requestKinds[request.kind].answeredBy !== 'destroyedKeys') return null;
    const token = linkToken(this.keys, 'erasureCertificate', requestId);
    return `/api/v1/me/requests/${requestId}/certificate?token=${token}`;
  }

  async listOfSubject(subjectId: string, limit: number, cursor?: string): Promise<Page<RequestAnswer>> {
    const rows = await this.page('received_at', 'subject_id = $1', subjectId, limit, cursor);
    const page = pageOf(rows, limit, keyOf);
    return { ...page, items: await Promise.all(page.items.map((row) => this.ofSubject(subjectId, row.request_id))) };
  }

  /** Which of these people have an open request. */
  async openOf(subjectIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.rows.query<{ subject_id: string }[]>(
      'SELECT DISTINCT subject_id FROM rights.rights_request WHERE subject_id = ANY ($1::uuid[]) AND open',
      [subjectIds],
    );
    return new Set(rows.map(({ subject_id }) => subject_id));
  }

  /** The requests without an answer whose time ends before `at`, the most urgent first. */
  async openAndDueBefore(at: string): Promise<{ readonly requestId: string; readonly dueAt: string }[]> {
    const rows = await this.rows.query<{ request_id: string; due_at: Date }[]>(
      'SELECT request_id, due_at FROM rights.rights_request WHERE open AND due_at < $1 ORDER BY due_at, request_id',
      [at],
    );
    return rows.map(({ due_at, request_id }) => ({ requestId: request_id, dueAt: due_at.toISOString() }));
  }

  /** @throws DomainError `not-found` */
  async forOfficer(requestId: string, now: string): Promise<OfficersRequest> {
    return officersAnswer(requestId, await this.commands.load(rightsRequestDecider, requestId), now);
  }

  async listForOfficer(open: boolean, now: string, limit: number, cursor?: string): Promise<Page<OfficersRequest>> {
    const page = pageOf(await this.page('due_at', 'open = $1', open, limit, cursor), limit, keyOf);
    return { ...page, items: await Promise.all(page.items.map((row) => this.forOfficer(row.request_id, now))) };
  }

  /** The listed ones of these requests, and people's own corrections, which no list of requests has, by id. */
  async summaries(requestIds: readonly string[]): Promise<ReadonlyMap<string, RequestSummary>> {
    const rows = await this.rows.getRepository(RightsRequestRow).findBy({ requestId: In(requestIds) });
    const known = new Map(
      rows.map(({ kind, requestId, subjectId }) => [requestId, { subjectId, kind: kind as string }]),
    );
    for (const requestId of requestIds.filter((id) => !known.has(id))) {
      const loaded = await this.commands.load(rightsRequestDecider, requestId);
      const subjectId = subjectOf(loaded);
      if (subjectId !== null && loaded.history[0]?.event.type === 'OwnCorrectionNoted')
        known.set(requestId, { subjectId, kind: 'rectification' });
    }
    return known;
  }

  private page(
    sort: 'received_at' | 'due_at',
    where: string,
    value: string | boolean,
    limit: number,
    cursor: string | undefined,
  ): Promise<Row[]> {
    const [at, id] = cursor === undefined ? ['-infinity', lowestId] : cursorKey(cursor);
    return this.rows.query<Row[]>(
      `SELECT request_id, ${sort} AS sort_key FROM rights.rights_request
       WHERE ${where} AND (${sort}, request_id) > ($2::timestamptz, $3::uuid) ORDER BY ${sort}, request_id LIMIT $4`,
      [value, at, id, limit + 1],
    );
  }
}

const lowestId = '00000000-0000-0000-0000-000000000000';
const keyOf = (row: Row): string[] => [row.sort_key.toISOString(), row.request_id];

const cursorKey = (cursor: string): [string, string] => {
  const [at = '', id = ''] = decodeCursor(cursor, 'time', 'id');
  if (Number.isNaN(Date.parse(at)) || !/^[0-9a-f-]{36}$/.test(id)) throw new DomainError('invalid-field');
  return [at, id];
};

const subjectOf = ({ history }: LoadedRequest): string | null => history[0]?.recorded.metadata.dataSubjectId ?? null;

const answerOf = (requestId: string, { state, history }: LoadedRequest): RequestAnswer => {
  if (state.status === 'none') throw new DomainError('not-found');
  return {
    requestId,
    kind: state.kind,
    state: state.status,
    receivedAt: history[0]!.recorded.metadata.recordedAt,
    dueAt: state.dueAt,
    outcome: state.status === 'answered' ? state.outcome : null,
    recipients: Object.entries(state.recipients).map(([processorId, answer]) => ({ processorId, state: answer })),
    retained: state.scope?.retain ?? [],
    reason: readable(state.reason, null),
    extendedBecause: readable(state.extendedBecause, null),
    copy: state.copy === null ? null : { state: state.copy.status, expiresAt: state.copy.expiresAt },
    certificate: null,
  };
};

const deliveryOf = (state: RightsRequest): Pick<OfficersRequest, 'answerAddress' | 'answerDelivery' | 'channel'> =>
  state.status === 'none'
    ? { answerAddress: null, answerDelivery: null, channel: null }
    : {
        answerAddress: readable(state.address?.email, null),
        answerDelivery: state.delivery,
        channel: state.entered?.channel ?? null,
      };

const officersAnswer = (requestId: string, loaded: LoadedRequest, now: string): OfficersRequest => {
  const answer = answerOf(requestId, loaded);
  return {
    ...answer,
    subjectId: subjectOf(loaded)!,
    daysLeft: Math.max(0, Math.floor((Date.parse(answer.dueAt) - Date.parse(now)) / 86_400_000)),
    overdue: isOpen(loaded.state) && answer.dueAt < now,
    detail: loaded.state.status === 'none' ? null : readable(loaded.state.detail, null),
    blockers: loaded.state.status === 'referred' ? loaded.state.blockers : [],
    ...deliveryOf(loaded.state),
  };
};
