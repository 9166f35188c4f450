import type { RightsRequestEvent, RightsRequestEvents } from '@dittoo/contracts';
import { approved, askedAndAnswered, received, type Receipt } from './request-events.js';
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

/** The person corrected a value themselves: recipients of the old value must be notified (art. 19). */
export type RectificationCommand = Receipt & {
  readonly type: 'RecordRectification';
  readonly now: string;
  readonly answers: readonly RightsRequestEvents['RecipientAnswered'][];
};

/** Records receipt and answer at once, because nothing is left to decide or to do. */
export const recordRectification = (command: RectificationCommand, request: RightsRequest): RightsRequestEvent[] => {
  if (request.status !== 'none') return [];
  const { answers, now } = command;
  const whole = answers.every(({ state }) => state === 'acknowledged');
  return [
    received(command),
    ...approved({ by: 'rule', executeAfter: now }),
    ...answers.flatMap((answer) => askedAndAnswered(answer, now)),
    { type: 'RequestAnswered', data: { outcome: whole ? 'done' : 'partlyDone' } },
  ];
};
