import type { RightsRequestEvent, RightsRequestEvents } from '@dittoo/contracts';
import { DomainError } from '@dittoo/kernel';
import { isAnsweredByCopy } from './request-kinds.js';
import { isOpen, type RightsRequest } from './rights-request.js';

/** The life of the copy that answers a request under art. 15 or 20. Part of the request's decider. */
export type CopyCommand =
  | ({ readonly type: 'RecordCopy' } & RightsRequestEvents['CopyPrepared'])
  | { readonly type: 'CollectCopy'; readonly format: 'json' | 'html'; readonly now: string }
  | ({ readonly type: 'PurgeCopy' } & RightsRequestEvents['CopyPurged']);

/** A copy is prepared once, handed out once and finally purged. */
export const decideCopy = (command: CopyCommand, request: RightsRequest): RightsRequestEvent[] => {
  if (request.status === 'none' || !isAnsweredByCopy(request.kind)) throw new DomainError('not-found');
  const { copy } = request;
  switch (command.type) {
    case 'RecordCopy': {
      if (request.status !== 'approved') return [];
      const { digest, expiresAt } = command;
      return [
        { type: 'CopyPrepared', data: { expiresAt, digest } },
        { type: 'RequestAnswered', data: { outcome: 'done' } },
      ];
    }
    case 'CollectCopy':
      // Refused, or no data held: answered without a copy.
      if (copy === null) throw new DomainError(isOpen(request) ? 'request-not-answered' : 'not-found');
      if (copy.status !== 'ready' || copy.expiresAt <= command.now) throw new DomainError('gone');
      return [{ type: 'CopyCollected', data: { format: command.format } }];
    case 'PurgeCopy':
      if (copy === null || copy.status === 'purged') return [];
      return [{ type: 'CopyPurged', data: { reason: command.reason } }];
  }
};
