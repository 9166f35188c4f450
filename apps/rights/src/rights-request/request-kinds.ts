import type { RightsRequestKind } from '@dittoo/contracts';
import { accessRequest } from './access.decider.js';
import { erasureRequest } from './erasure.decider.js';
import { objectionRequest } from './objection.decider.js';
import { portabilityRequest } from './portability.decider.js';
import { rectificationRequest } from './rectification.decider.js';
import type { RequestKind } from './request-kind.js';
import { restrictionRequest } from './restriction.decider.js';

/** One entry for each kind: a kind that the contracts add does not compile here before it has its decider. */
export const requestKinds: Readonly<Record<RightsRequestKind, RequestKind>> = {
  access: accessRequest,
  portability: portabilityRequest,
  rectification: rectificationRequest,
  erasure: erasureRequest,
  restriction: restrictionRequest,
  objection: objectionRequest,
};

/** What is handed out once as a file. */
export type CopyKind = 'access' | 'portability';

export const isAnsweredByCopy = (kind: RightsRequestKind): kind is CopyKind => requestKinds[kind].answeredBy === 'copy';
