/* Promised: every event is in the map once, with a known stream category and a declared purpose. */
import { describe, expect, it } from '@jest/globals';
import { dataCategories, type SchemaMap } from '@dittoo/kernel';
import { accountSchema } from './account.events.js';
import { attentionSchema } from './attention.events.js';
import { consentSchema } from './consent.events.js';
import { customerSchema } from './customer.events.js';
import { dataSubjectSchema } from './data-subject.events.js';
import { campaignEntrySchema, commentSchema, supportCaseSchema } from './engagement.events.js';
import { forwardingSchema } from './forwarding.events.js';
import { legalHoldSchema } from './legal-hold.events.js';
import { newsletterSchema } from './newsletter.events.js';
import { officerAccessSchema } from './officer-access.events.js';
import { orderSchema } from './order.events.js';
import { problemCodes } from './problem-codes.js';
import { processorSchema } from './processor.events.js';
import { rightsRequestSchema } from './rights-request.events.js';
import { schemaMap } from './schema-map.js';
import { consentPurposes, purposes } from './vocabulary.js';

/** Architecture §5. */
const streamCategories = [
  'customer',
  'dataSubject',
  'account',
  'consent',
  'newsletter',
  'rightsRequest',
  'order',
  'comment',
  'supportCase',
  'campaignEntry',
  'forwarding',
  'processor',
  'legalHold',
  'breach',
  'officerAccess',
  'attention',
];
const legalBases = ['consent', 'contract', 'legalObligation', 'vitalInterests', 'publicTask', 'legitimateInterests'];
const schemas: SchemaMap[] = [
  customerSchema,
  dataSubjectSchema,
  accountSchema,
  consentSchema,
  newsletterSchema,
  orderSchema,
  commentSchema,
  supportCaseSchema,
  campaignEntrySchema,
  forwardingSchema,
  processorSchema,
  rightsRequestSchema,
  officerAccessSchema,
  attentionSchema,
  legalHoldSchema,
];
const definitions = Object.entries(schemaMap as SchemaMap);

describe('the schema map', () => {
  it('names no event type twice', () => {
    const types = schemas.flatMap((schema) => Object.keys(schema));
    expect(types.filter((type, index) => types.indexOf(type) !== index)).toEqual([]);
    expect(types.sort()).toEqual(Object.keys(schemaMap).sort());
  });

  it.each(definitions)('%s has a known stream category, a purpose and a legal basis', (type, definition) => {
    expect(type).toMatch(/^[A-Z][A-Za-z]*(V[2-9])?$/);
    expect(streamCategories).toContain(definition.stream);
    expect(purposes).toContain(definition.purpose);
    expect(legalBases).toContain(definition.legalBasis);
    expect(definition.schemaVersion).toBeGreaterThanOrEqual(1);
  });

  it.each(definitions)('%s seals its personal fields under existing key scopes', (_type, { fields }) => {
    for (const field of Object.values(fields)) {
      if (field.kind === 'personal') expect(dataCategories).toContain(field.category);
    }
  });

  it.each(definitions)('%s classifies passwords, tokens and other secrets as secret', (_type, { fields }) => {
    for (const [name, field] of Object.entries(fields)) {
      if (!/^(password|token|secret)|(Hash|Token|Secret)$/i.test(name)) continue;
      expect([name, field]).toMatchObject([name, { kind: 'personal', secret: true }]);
    }
  });
});

it('every purpose a customer may choose is a purpose', () =>
  expect(consentPurposes.filter((purpose) => !purposes.includes(purpose))).toEqual([]));

describe('a problem code', () => {
  it.each(Object.entries(problemCodes))(
    '%s is a kebab-case word with a status and a title',
    (code, [status, title]) => {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      expect(title).toMatch(/^[A-Z]/);
    },
  );
});
