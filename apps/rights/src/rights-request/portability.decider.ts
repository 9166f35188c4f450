import { mailboxOnly, type RequestKind } from './request-kind.js';

/** Art. 20: a machine-readable copy of what the person provided, handed out once. It is given whole or refused. */
export const portabilityRequest: RequestKind = {
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
