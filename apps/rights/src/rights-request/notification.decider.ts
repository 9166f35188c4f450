import type { RightsRequestEvent, RightsRequestEvents } from '@dittoo/contracts';
import { DomainError } from '@dittoo/kernel';
import { askedAndAnswered, concluded } from './request-events.js';
import { requestKinds } from './request-kinds.js';
import type { RightsRequest } from './rights-request.js';

/** The end of a request that is answered once its steps are done. Part of the request's own decider. */
export type NotificationCommand =
  /** Recipients that take no word by a call are told by a person: each is asked, and answered for, at once. */
  | {
      readonly type: 'NotifyRecipients';
      readonly answers: readonly RightsRequestEvents['RecipientAnswered'][];
      readonly answerBy: string;
    }
  /** Everything that was asked for was done. */
  | { readonly type: 'Conclude' };

export const decideNotification = (command: NotificationCommand, request: RightsRequest): RightsRequestEvent[] => {
  if (request.status !== 'approved' && request.status !== 'executing') return [];
  // A copy and an erasure have answers of their own.
  if (requestKinds[request.kind].answeredBy !== 'conclusion') throw new DomainError('decision-not-possible');
  switch (command.type) {
    case 'NotifyRecipients':
      return command.answers
        .filter(({ processorId }) => request.recipients[processorId] === undefined)
        .flatMap((answer) => askedAndAnswered(answer, command.answerBy));
    case 'Conclude':
      return [concluded(request)];
  }
};
