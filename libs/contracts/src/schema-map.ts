import type { SchemaMap, SchemaMapOf } from '@dittoo/kernel';
import { accountSchema } from './account.events.js';
import { attentionSchema } from './attention.events.js';
import { consentSchema } from './consent.events.js';
import { customerSchema } from './customer.events.js';
import { dataSubjectSchema } from './data-subject.events.js';
import { campaignEntrySchema, commentSchema, supportCaseSchema } from './engagement.events.js';
import type { AllEvents } from './all-events.js';
import { forwardingSchema } from './forwarding.events.js';
import { legalHoldSchema } from './legal-hold.events.js';
import { newsletterSchema } from './newsletter.events.js';
import { officerAccessSchema } from './officer-access.events.js';
import { orderSchema } from './order.events.js';
import { processorSchema } from './processor.events.js';
import { rightsRequestSchema } from './rights-request.events.js';

/** The definition of every event. Sealing, export, erasure coverage and the art. 30 record are derived from it. */
export const schemaMap = {
  ...customerSchema,
  ...dataSubjectSchema,
  ...accountSchema,
  ...consentSchema,
  ...newsletterSchema,
  ...orderSchema,
  ...commentSchema,
  ...supportCaseSchema,
  ...campaignEntrySchema,
  ...forwardingSchema,
  ...processorSchema,
  ...rightsRequestSchema,
  ...officerAccessSchema,
  ...legalHoldSchema,
  ...attentionSchema,
} satisfies SchemaMap & SchemaMapOf<AllEvents>;
