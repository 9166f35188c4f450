import { derivedId, newId, streamCategory, streamId } from '@dittoo/kernel';
import { Commands, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { SubjectStreams } from '../person/subject-streams.js';
import { CopyRemoval } from '../subject-copy/copy-removal.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';

/** Ends an erased person's other requests, which can no longer be executed, and deletes their copies. */
@Injectable()
export class OtherRequests {
  constructor(
    private readonly commands: Commands,
    private readonly streams: SubjectStreams,
    private readonly copies: CopyRemoval,
  ) {}

  /** The requests whose answers have an address and are not delivered, the erasure itself included. */
  async unanswered(subjectId: string): Promise<string[]> {
    const requests: string[] = [];
    for (const { stream } of await this.streams.of(subjectId)) {
      if (streamCategory(stream) !== 'rightsRequest') continue;
      const requestId = streamId(stream);
      const { state } = await this.commands.load(rightsRequestDecider, requestId);
      if (state.status !== 'none' && state.address !== null && state.delivery !== 'delivered') requests.push(requestId);
    }
    return requests;
  }

  /** Ends all requests received before this call. Safe to repeat. */
  async endOf(subjectId: string, erasureId: string): Promise<void> {
    for (const { stream } of await this.streams.of(subjectId)) {
      const requestId = streamId(stream);
      if (streamCategory(stream) !== 'rightsRequest' || requestId === erasureId) continue;
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
