/* Promised: responses match the API document; anyone can read the policy and the register. */
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { startConsent, type ConsentUnderTest } from './consent.fixture.js';

let consent: ConsentUnderTest;
let document: OpenAPIObject;
let valid: (schema: object, value: unknown) => string;

beforeAll(async () => {
  consent = await startConsent(async (app) => {
    document = SwaggerModule.createDocument(app, new DocumentBuilder().setOpenAPIVersion('3.1.0').build());
  });
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'api', components: document.components });
  valid = (schema, value) => {
    const referring = JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'));
    return ajv.validate(referring, value) ? 'valid' : ajv.errorsText();
  };
});
afterAll(() => consent.close());

const schemaOf = (path: string): object =>
  (document.paths[path]!.get!.responses['200'] as { content: Record<string, { schema: object }> }).content[
    'application/json'
  ]!.schema;

it.each(['/api/v1/policy', '/api/v1/processors', '/api/v1/purposes'])(
  '%s answers in both languages as the document says, and the document says more than "an object"',
  async (path) => {
    for (const lang of ['sv', 'en']) {
      const { body, status } = await consent.call('GET', `${path}?lang=${lang}`);
      expect(status).toBe(200);
      expect(valid(schemaOf(path), body)).toBe('valid');
    }
    expect(valid(schemaOf(path), { items: [{ purpose: 1 }] })).not.toBe('valid');
  },
);

it('a customer’s responses match the document: choices, receipt, soft opt-in', async () => {
  const as = await consent.customer('document.reader@example.org');
  const valued = async (path: string, route = path): Promise<void> => {
    const { body, status } = await consent.call('GET', path, { as });
    expect([path, status, valid(schemaOf(route), body)]).toEqual([path, 200, 'valid']);
  };
  const body = { given: true, noticeVersion: consent.noticeVersion };
  const chosen = await consent.call('PUT', '/api/v1/me/consents/adMeasurement', { as, body });
  await valued('/api/v1/me/consents');
  const receipt = `/api/v1/me/consents/${chosen.body.recordId}/receipt`;
  await valued(receipt, '/api/v1/me/consents/{recordId}/receipt');
  await valued('/api/v1/me/soft-opt-in');
  await valued('/.well-known/consent-receipt-keys.json');
});

it('the policy is the same for an anonymous caller, a customer and staff', async () => {
  const id = await consent.customer('policy.reader@example.org');
  for (const path of ['/api/v1/policy', '/api/v1/processors', '/api/v1/purposes', '/api/v1/policy.html']) {
    const answers = await Promise.all(
      [undefined, id, 'staff'].map((as) => consent.call('GET', path, as ? { as } : {})),
    );
    expect(new Set(answers.map(({ status, text }) => `${status}${text}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(200);
  }
});

it('the policy page is generated from the register and says how to decline soft opt-in', async () => {
  const policy = await consent.call('GET', '/api/v1/policy?lang=en');
  expect(policy.text).toContain('IMY');
  const { headers, text } = await consent.call('GET', '/api/v1/policy.html?lang=sv');
  expect(headers.get('content-type')).toContain('text/html');
  for (const words of ['Payson', 'Mondido', 'Google', 'One.com', 'marknadsföringslagen 19 §', 'tackar nej']) {
    expect(text).toContain(words);
  }
  expect((await consent.call('GET', '/api/v1/processors')).body.items).toHaveLength(4);
});

it('the policy has the published versions and no others', async () => {
  const { noticeVersion } = consent;
  expect((await consent.call('GET', `/api/v1/policy?version=${noticeVersion}`)).body).toMatchObject({ noticeVersion });
  const unknown = await consent.call('GET', '/api/v1/policy?version=1999-01-01');
  expect([unknown.status, unknown.body.code]).toEqual([400, 'unknown-notice-version']);
  expect((await consent.call('GET', '/api/v1/policy?lang=fi')).status).toBe(400);
});
