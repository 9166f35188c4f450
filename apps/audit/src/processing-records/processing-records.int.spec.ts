import { newId } from '@dittoo/kernel';
import { startTestService, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { auditServiceWith, readAuditConfig } from '../audit.module.js';

let service: TestService;
let officer: string;
beforeAll(async () => {
  service = await startTestService(auditServiceWith(readAuditConfig({})));
  officer = await service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
});
afterAll(() => service.close());

const get = (query: string) =>
  request(service.url).get(`/api/v1/compliance/processing-records${query}`).set('authorization', officer);

describe('the record of processing', () => {
  it('is JSON, CSV and a page of the same rows', async () => {
    const { body } = await get('').expect(200).expect('content-type', /json/);
    expect(body.rows.length).toBeGreaterThan(5);
    expect(body.registerDigest).toBe(service.platform.register.digest);
    const { text: csv } = await get('?format=csv&lang=en')
      .expect(200)
      .expect('content-type', /text\/csv/);
    expect(csv.trim().split('\r\n')).toHaveLength(body.rows.length + 1);
    const { text: page } = await get('?format=html&lang=en')
      .expect(200)
      .expect('content-type', /text\/html/);
    expect(page).toContain('Record of processing activities');
  });

  it('has these formats and no others, for officers', async () => {
    expect((await get('?format=pdf').expect(400)).body.code).toBe('invalid-field');
    await request(service.url).get('/api/v1/compliance/processing-records').expect(401);
    const token = await service.bearer({ subjectId: newId() });
    await request(service.url).get('/api/v1/compliance/processing-records').set('authorization', token).expect(403);
  });
});
