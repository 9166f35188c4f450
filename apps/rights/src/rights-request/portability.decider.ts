import { accessRequest } from './access.decider.js';
import type { RequestKind } from './request-kind.js';

/** Art. 20: a machine-readable copy of provided data, handed out once; decided as an access request is. */
export const portabilityRequest: RequestKind = { ...accessRequest };
