import { RequestDigest } from '@dittoo/service';
import type { RightsRequestKind } from '@dittoo/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/**
 * One request of a kind at a time: the id is reserved before the append, so two at once mean the same request, and one
 * whose append never came is continued by the next.
 */
@Injectable()
export class RequestsInFlight {
  constructor(
    private readonly rows: DataSource,
    private readonly digest: RequestDigest,
  ) {}

  /** @returns the id of the request that is in flight, perhaps `requestId` itself */
  async reserve(subjectId: string, likeness: string, requestId: string): Promise<string> {
    for (;;) {
      await this.rows.query(
        `INSERT INTO identity.request_in_flight (subject_id, likeness, request_id) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING`,
        [subjectId, likeness, requestId],
      );
      const [row] = await this.rows.query<{ request_id: string }[]>(
        'SELECT request_id FROM identity.request_in_flight WHERE subject_id = $1 AND likeness = $2',
        [subjectId, likeness],
      );
      if (row !== undefined) return row.request_id;
    }
  }

  /** Puts `requestId` in the place of one that is finished. */
  async replace(subjectId: string, likeness: string, finished: string, requestId: string): Promise<void> {
    await this.rows.query(
      `UPDATE identity.request_in_flight SET request_id = $4
       WHERE subject_id = $1 AND likeness = $2 AND request_id = $3`,
      [subjectId, likeness, finished, requestId],
    );
  }

  /** The same kind asks the same thing, unless its words say what it is about. */
  likeness(kind: RightsRequestKind, detail: string | null): string {
    const byWords = kind === 'rectification' || kind === 'objection' || kind === 'restriction';
    return byWords && detail !== null ? `${kind}/${this.digest.digest(`${kind}\n${detail}`)}` : kind;
  }
}
