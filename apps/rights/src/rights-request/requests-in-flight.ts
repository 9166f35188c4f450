import type { RightsRequestKind } from '@dittoo/contracts';
import { Clock } from '@dittoo/kernel';
import { Commands, RequestDigest } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rightsRequestDecider } from './rights-request.decider.js';
import { requestKinds } from './request-kinds.js';
import { hasLapsed, isOpen } from './rights-request.js';

/**
 * Limits a person to one request of a kind at a time: the id is reserved before the append, so two concurrent calls get
 * the same request, and a reservation without an append is used by the next call.
 */
@Injectable()
export class RequestsInFlight {
  constructor(
    private readonly rows: DataSource,
    private readonly digest: RequestDigest,
    private readonly commands: Commands,
    private readonly clock: Clock,
  ) {}

  /** The id of the request in flight that this one repeats, otherwise its own id. */
  async idFor(subjectId: string, likeness: string, own: string): Promise<string> {
    for (;;) {
      const requestId = await this.reserve(subjectId, likeness, own);
      if (requestId === own) return own;
      const { state } = await this.commands.load(rightsRequestDecider, requestId);
      const inFlight = state.status === 'none' || isOpen(state);
      if (inFlight && !hasLapsed(state, this.clock.now())) return requestId;
      await this.replace(subjectId, likeness, requestId, own);
    }
  }

  /** @returns the id of the request in flight, possibly `requestId` itself */
  private async reserve(subjectId: string, likeness: string, requestId: string): Promise<string> {
    for (;;) {
      await this.rows.query(
        `INSERT INTO rights.request_in_flight (subject_id, likeness, request_id) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING`,
        [subjectId, likeness, requestId],
      );
      const [row] = await this.rows.query<{ request_id: string }[]>(
        'SELECT request_id FROM rights.request_in_flight WHERE subject_id = $1 AND likeness = $2',
        [subjectId, likeness],
      );
      if (row !== undefined) return row.request_id;
    }
  }

  /** Replaces a finished request by `requestId`. */
  private async replace(subjectId: string, likeness: string, finished: string, requestId: string): Promise<void> {
    await this.rows.query(
      `UPDATE rights.request_in_flight SET request_id = $4
       WHERE subject_id = $1 AND likeness = $2 AND request_id = $3`,
      [subjectId, likeness, finished, requestId],
    );
  }

  /** A key that is equal for two requests for the same thing. */
  likeness(kind: RightsRequestKind, detail: string | null): string {
    return requestKinds[kind].differsByWords && detail !== null
      ? `${kind}/${this.digest.digest(`${kind}\n${detail}`)}`
      : kind;
  }
}
