import { marketingPurposes } from '@dittoo/contracts';
import type { RequestKind } from './request-kind.js';

/**
 * Art. 21. To marketing it is absolute: no decision is needed, and a confirmed mailbox is enough identification. If it
 * states the person's own grounds, an officer weighs them against the shop's interests.
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
