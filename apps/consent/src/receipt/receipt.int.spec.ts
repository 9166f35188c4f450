/* Promised: a person can download what they agreed to and what happened, signed so that anyone can verify it. */
import { newId } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { startConsent, type ConsentUnderTest } from '../consent.fixture.js';

let consent: ConsentUnderTest;
let subjectId: string;
let recordId: string;

beforeAll(async () => {
  consent = await startConsent();
  subjectId = await consent.customer('receiver@example.org');
  recordId = (await choose('marketing', true)).recordId;
});
afterAll(() => consent.close());

const choose = async (purpose: string, given: boolean) => {
  const body = { given, noticeVersion: consent.noticeVersion };
  return (await consent.call('PUT', `/api/v1/me/consents/${purpose}`, { as: subjectId, body })).body;
};
const pathOf = (id: string, format = ''): string => `/api/v1/me/consents/${id}/receipt${format}`;

/** privacy-rules: the fields of ISO/IEC TS 27560. */
const recordFields = [
  'schema_version',
  'record_id',
  'pii_principal_id',
  'privacy_notice',
  'language',
  'purposes',
  'pii_information',
  'pii_controllers',
  'storage_locations',
  'retention_period',
  'jurisdiction',
  'recipient_third_parties',
  'withdrawal_method',
  'lawful_basis',
  'collection_method',
  'privacy_rights',
  'authority_party',
];
const eventFields = ['event_time', 'validity_duration', 'entity_id', 'event_type', 'event_state'];

describe('GET /me/consents/{recordId}/receipt', () => {
  it('has every field of the standard, and none is empty', async () => {
    const { body, status } = await consent.call('GET', pathOf(recordId), { as: subjectId });
    expect(status).toBe(200);
    for (const field of recordFields) {
      expect([field, body[field]?.length ?? 0]).toEqual([field, expect.any(Number)]);
      expect(body[field].length).toBeGreaterThan(0);
    }
    for (const event of body.events) expect(Object.keys(event)).toEqual(expect.arrayContaining(eventFields));
    expect(body).toMatchObject({
      record_id: recordId,
      pii_principal_id: subjectId,
      language: 'en',
      jurisdiction: 'SE',
      lawful_basis: 'consent',
      collection_method: 'myAccount',
      purposes: [{ purpose: 'marketing' }],
      recipient_third_parties: ['Google Ads (Google Ireland Limited)'],
    });
    expect(body.pii_information.map(({ pii_type }: { pii_type: string }) => pii_type)).toContain('email');
    const notice = new URL(body.privacy_notice);
    expect((await consent.call('GET', `${notice.pathname}${notice.search}`)).body.noticeVersion).toBe(
      consent.noticeVersion,
    );
  });

  it('lists the events in order, with server time', async () => {
    const given = await choose('personnummer', true);
    await choose('personnummer', false);
    const { body } = await consent.call('GET', pathOf(given.recordId), { as: subjectId });
    expect(body.events.map(({ event_state: state }: { event_state: string }) => state)).toEqual(['given', 'withdrawn']);
    expect(body.events[0].event_time).toBe(given.changedAt);
    expect(body.events.every(({ entity_id: who }: { entity_id: string }) => who === subjectId)).toBe(true);
  });

  it('names the person as actor for a choice in a form that the system recorded', async () => {
    const registered = newId();
    const choices = [{ purpose: 'marketing' as const, given: true }];
    const notice = { noticeVersion: consent.noticeVersion, noticeDigest: 'a1', language: 'sv' as const };
    await consent.append(registered, { type: 'ConsentChoicesCollected', data: { choices, ...notice } });
    const given = await until(async () => {
      const { body } = await consent.call('GET', '/api/v1/me/consents', { as: registered });
      const [, marketing] = body.items as { status: string; recordId: string }[];
      return marketing?.status === 'given' && marketing;
    });
    const { body } = await consent.call('GET', pathOf(given.recordId), { as: registered });
    expect(body.events).toEqual([expect.objectContaining({ event_state: 'given', entity_id: registered })]);
  });

  it('exists for a refusal too, and says when a consent expires', async () => {
    const refused = await choose('newsletter', false);
    const { body } = await consent.call('GET', pathOf(refused.recordId), { as: subjectId });
    expect(body.events[0].event_state).toBe('refused');
    const lasting = await choose('adMeasurement', true);
    const receipt = await consent.call('GET', pathOf(lasting.recordId), { as: subjectId });
    expect(receipt.body.events[0].validity_duration).toBe('P30D');
  });

  it('is signed: the published keys verify it, and a changed one fails', async () => {
    const { headers, status, text } = await consent.call('GET', pathOf(recordId, '?format=jws'), { as: subjectId });
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('application/jose')]);
    const published = await consent.call('GET', '/.well-known/consent-receipt-keys.json');
    const keys = createLocalJWKSet(published.body as JSONWebKeySet);
    const { payload, protectedHeader } = await compactVerify(text, keys);
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'consent-receipt+jws' });
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({ record_id: recordId });
    const [head, body, signature] = text.split('.') as [string, string, string];
    const forged = Buffer.from(Buffer.from(body, 'base64url').toString().replace('"given"', '"never"'));
    await expect(compactVerify([head, forged.toString('base64url'), signature].join('.'), keys)).rejects.toThrow();
    expect(published.text).not.toMatch(/"d":/);
  });

  it('keeps its key wrapped', async () => {
    await consent.call('GET', '/.well-known/consent-receipt-keys.json');
    const { rows } = await consent.service.platform.pool.query('SELECT * FROM consent.receipt_key');
    expect(rows).toHaveLength(1);
    expect(rows[0].public_jwk).not.toHaveProperty('d');
    expect(rows[0].wrapped.toString('latin1')).not.toContain('\u0030\u002e\u0002\u0001'); // no PKCS#8 in the clear
  });

  it('is visible to nobody else', async () => {
    const other = await consent.customer('stranger@example.org');
    const answers = await Promise.all([
      consent.call('GET', pathOf(recordId), { as: other }),
      consent.call('GET', pathOf(newId()), { as: subjectId }),
      consent.call('GET', pathOf('nonsense'), { as: subjectId }),
    ]);
    expect(answers.map(({ body, status }) => [status, body.code])).toEqual(Array(3).fill([404, 'not-found']));
    expect((await consent.call('GET', pathOf(recordId))).status).toBe(401);
    expect((await consent.call('GET', pathOf(recordId), { as: 'staff' })).status).toBe(403);
    expect((await consent.call('GET', pathOf(recordId), { as: 'complianceOfficer' })).status).toBe(403);
    expect((await consent.call('GET', pathOf(recordId, '?format=pdf'), { as: subjectId })).status).toBe(400);
  });
});
