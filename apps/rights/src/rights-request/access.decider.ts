import { mailboxOnly, type RequestKind } from './request-kind.js';

/** Art. 15: a copy of everything that is held, handed out once. It is given whole or refused. */
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
