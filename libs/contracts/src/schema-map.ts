import type { SchemaMap } from '@dittoo/kernel';
import { accountSchema } from './account.events.js';
import { consentSchema } from './consent.events.js';
import { dataSubjectSchema } from './data-subject.events.js';
import { forwardingSchema } from './forwarding.events.js';
import { officerAccessSchema } from './officer-access.events.js';
import { orderSchema } from './order.events.js';
import { rightsRequestSchema } from './rights-request.events.js';

/** Every event of the house. Sealing, export, erasure coverage and the art. 30 record are derived from it. */
export const schemaMap = {
  ...dataSubjectSchema,
  ...accountSchema,
  ...consentSchema,
  ...orderSchema,
  ...forwardingSchema,
  ...rightsRequestSchema,
  ...officerAccessSchema,
} satisfies SchemaMap;
