import { mailboxOnly, type RequestKind } from './request-kind.js';

/** Art. 20: a machine-readable copy of provided data, handed out once. It is approved or refused as a whole. */
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
