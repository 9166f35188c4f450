import { mailboxOnly, type RequestKind } from './request-kind.js';

/** Art. 15: a copy of all held data, handed out once. It is approved or refused as a whole. */
export const accessRequest: RequestKind = {
  differsByWords: false,
  endsAtOnce: [],
  judgedBy: 'heldData',
  blockers: mailboxOnly,
  decisions: ['approve', 'refuse'],
  takesCorrection: false,
  keptIfPartlyRefused: [],
  coolsOff: false,
  steps: () => [],
  answeredBy: 'copy',
};
