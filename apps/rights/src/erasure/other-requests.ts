import { derivedId, newId } from '@dittoo/kernel';
import { Commands, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CopyRemoval } from '../subject-copy/copy-removal.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';

/** What else an erased person had asked for: copies go, and nothing is left open that nobody could do any more. */
@Injectable()
export class OtherRequests {
  constructor(
    private readonly commands: Commands,
    private readonly rows: DataSource,
    private readonly copies: CopyRemoval,
  ) {}

  /** Safe to repeat. A request the list does not show yet ends by itself when it is executed. */
  async endOf(subjectId: string, erasureId: string): Promise<void> {
    const others = await this.rows.query<{ request_id: string }[]>(
      'SELECT request_id FROM rights.rights_request WHERE subject_id = $1 AND request_id <> $2',
      [subjectId, erasureId],
    );
    for (const { request_id: requestId } of others) {
      const { state } = await this.commands.load(rightsRequestDecider, requestId);
      if (state.status === 'none') continue;
      if (state.copy !== null && state.copy.status !== 'purged') {
        await this.copies.remove(requestId, subjectId, 'subjectErased');
      }
      const context = contextOf(requestId, subjectId, erasureId);
      await this.commands.execute(rightsRequestDecider, requestId, { type: 'ConcludeErased' }, context);
    }
  }
}

const contextOf = (requestId: string, subjectId: string, erasureId: string): CommandContext => ({
  dataSubjectId: subjectId,
  actor: { kind: 'system', id: 'rights.erasure' },
  correlationId: newId(),
  causationId: derivedId('erasedMeanwhile', erasureId, requestId),
  traceparent: null,
  noticeVersion: null,
});
