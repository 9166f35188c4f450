import type { RightsRequestEvents } from '@dittoo/contracts';
import { derivedId, newId } from '@dittoo/kernel';
import { Commands, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import { SubjectCopyFiles } from './subject-copy-files.js';

/** Deletes a copy, then appends the event. If the process dies between the two, a repeated deletion changes nothing. */
@Injectable()
export class CopyRemoval {
  constructor(
    private readonly commands: Commands,
    private readonly copies: SubjectCopyFiles,
  ) {}

  /** Safe to repeat. */
  async remove(
    requestId: string,
    subjectId: string,
    reason: RightsRequestEvents['CopyPurged']['reason'],
  ): Promise<void> {
    await this.copies.purge(requestId);
    const context = contextOf(requestId, subjectId);
    await this.commands.execute(rightsRequestDecider, requestId, { type: 'PurgeCopy', reason }, context);
  }
}

const contextOf = (requestId: string, subjectId: string): CommandContext => ({
  dataSubjectId: subjectId,
  actor: { kind: 'system', id: 'rights.copyRemoval' },
  correlationId: newId(),
  causationId: derivedId('copyRemoval', requestId),
  traceparent: null,
  noticeVersion: null,
});
