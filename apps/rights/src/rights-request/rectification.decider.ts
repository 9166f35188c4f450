import type { RightsRequestEvent, RightsRequestEvents } from '@dittoo/contracts';
import { approved, askedAndAnswered, received, type Receipt } from './request-events.js';
import { mailboxOnly, type RequestKind } from './request-kind.js';
import type { RightsRequest } from './rights-request.js';

/**
 * Art. 16. What people can correct themselves they correct without a request, so an officer decides what is asked here.
 * The approval may carry the new values; some of what was asked may be refused.
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

/** The person corrected it themselves: the recipients that hold the old value are to be told (art. 19). */
export type RectificationCommand = Receipt & {
  readonly type: 'RecordRectification';
  readonly now: string;
  readonly answers: readonly RightsRequestEvents['RecipientAnswered'][];
};

/** From its receipt to its answer at once: nothing is left to decide or to do. */
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
