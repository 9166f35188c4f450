import { mailboxOnly, type RequestKind } from './request-kind.js';

/** Art. 18: the data is only stored until the restriction is lifted. It covers all processing or is refused. */
export const restrictionRequest: RequestKind = {
  differsByWords: true,
  endsAtOnce: [],
  // Also for a person without held data: it covers later data.
  judgedBy: 'request',
  blockers: mailboxOnly,
  decisions: ['approve', 'refuse'],
  takesCorrection: false,
  keptIfPartlyRefused: [],
  coolsOff: false,
  steps: () => [{ type: 'restrict' }, { type: 'tellRecipients' }],
  answeredBy: 'conclusion',
};
