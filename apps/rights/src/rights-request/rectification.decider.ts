import type { RightsRequestEvent, RightsRequestEvents } from '@dittoo/contracts';
import { askedAndAnswered } from './request-events.js';
import { mailboxOnly, type RequestKind } from './request-kind.js';
import type { RightsRequest } from './rights-request.js';

/**
 * Art. 16. People correct most values themselves without a request, so an officer decides these requests. The approval
 * may contain the new values; a part of the request may be refused.
 */
export const rectificationRequest: RequestKind = {
  differsByWords: true,
  endsAtOnce: [],
  judgedBy: 'heldData',
  blockers: (request, facts) => [...mailboxOnly(request, facts), 'decidedByOfficer'],
  decisions: ['approve', 'partlyRefuse', 'refuse'],
  takesCorrection: true,
  keptIfPartlyRefused: [],
  coolsOff: false,
  steps: () => [{ type: 'tellRecipients' }],
  answeredBy: 'conclusion',
};

/** The person corrected values themselves: recipients of the old ones are contacted (art. 19). It is no request. */
export interface RectificationCommand {
  readonly type: 'NoteOwnCorrection';
  readonly fields: readonly string[];
  readonly now: string;
  /** Only recipients that must act. */
  readonly answers: readonly RightsRequestEvents['RecipientAnswered'][];
}

/** Without such recipients nothing is recorded: the correction is an event of identity already. */
export const noteOwnCorrection = (command: RectificationCommand, request: RightsRequest): RightsRequestEvent[] => {
  const { answers, fields, now } = command;
  if (request.status !== 'none' || answers.length === 0) return [];
  return [
    { type: 'OwnCorrectionNoted', data: { fields, notedAt: now } },
    ...answers.flatMap((answer) => askedAndAnswered(answer, now)),
  ];
};
