import { marketingPurposes } from '@dittoo/contracts';
import type { RequestKind } from './request-kind.js';

/**
 * Art. 21. To marketing it is absolute: nobody decides about it, and the mailbox alone is enough to identify the requester.
 * On grounds of their own an officer weighs the person's interests against the shop's.
 */
export const objectionRequest: RequestKind = {
  differsByWords: true,
  endsAtOnce: marketingPurposes,
  judgedBy: 'request',
  blockers: ({ detail }) => (detail === null ? [] : ['ownGrounds']),
  decisions: ['approve', 'partlyRefuse', 'refuse'],
  takesCorrection: false,
  keptIfPartlyRefused: [],
  coolsOff: false,
  steps: ({ by, partlyRefused }) => [
    { type: 'object', to: by === 'officer' && !partlyRefused ? 'allObjectable' : 'marketing' },
  ],
  answeredBy: 'conclusion',
};
