import { mailboxOnly, type RequestKind } from './request-kind.js';

/** Art. 18: the data is stored only, until the restriction is lifted. It holds for all processing or is refused. */
export const restrictionRequest: RequestKind = {
  differsByWords: true,
  endsAtOnce: [],
  // Also of a person of whom nothing is held yet: it counts for what comes.
  judgedBy: 'request',
  blockers: mailboxOnly,
  decisions: ['approve', 'refuse'],
  takesCorrection: false,
  keptIfPartlyRefused: [],
  coolsOff: false,
  steps: () => [{ type: 'restrict' }, { type: 'tellRecipients' }],
  answeredBy: 'conclusion',
};
