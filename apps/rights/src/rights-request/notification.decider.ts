import type { RightsRequestEvent, RightsRequestEvents } from '@dittoo/contracts';
import { DomainError } from '@dittoo/kernel';
import { askedAndAnswered, concluded } from './request-events.js';
import { requestKinds } from './request-kinds.js';
import type { RightsRequest } from './rights-request.js';

/** The end of a request that is answered once its steps are done. Part of the request's decider. */
export type NotificationCommand =
  /** An officer notifies recipients without an interface: question and answer are recorded together. */
  | {
      readonly type: 'NotifyRecipients';
      readonly answers: readonly RightsRequestEvents['RecipientAnswered'][];
      readonly answerBy: string;
    }
  /** All steps are done. */
  | { readonly type: 'Conclude' };

export const decideNotification = (command: NotificationCommand, request: RightsRequest): RightsRequestEvent[] => {
  if (request.status !== 'approved' && request.status !== 'executing') return [];
  // Copies and erasures have their own answers.
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
