import type { RightsRequestKind } from '@dittoo/contracts';
import { accessRequest } from './access.decider.js';
import { erasureRequest } from './erasure.decider.js';
import { objectionRequest } from './objection.decider.js';
import { portabilityRequest } from './portability.decider.js';
import { rectificationRequest } from './rectification.decider.js';
import type { RequestKind } from './request-kind.js';
import { restrictionRequest } from './restriction.decider.js';

/** The rules of every kind: a new kind in the contracts does not compile without its decider here. */
export const requestKinds: Readonly<Record<RightsRequestKind, RequestKind>> = {
  access: accessRequest,
  portability: portabilityRequest,
  rectification: rectificationRequest,
  erasure: erasureRequest,
  restriction: restrictionRequest,
  objection: objectionRequest,
};

/** The kinds that are answered by a copy. */
export type CopyKind = 'access' | 'portability';

export const isAnsweredByCopy = (kind: RightsRequestKind): kind is CopyKind => requestKinds[kind].answeredBy === 'copy';
