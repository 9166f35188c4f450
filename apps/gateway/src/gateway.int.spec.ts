import { isEnvelope, newId } from '@dittoo/kernel';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { gatewayService } from './gateway.module.js';

let service: TestService;

beforeAll(async () => {
  service = await startTestService(gatewayService, { REQUESTS_PER_MINUTE: '40' });
});
afterAll(() => service.close());

describe('the edge', () => {
  it('answers unknown routes with problem details', async () => {
    const { status, headers, body } = await request(service.url).get('/api/v1/nothing');
    expect(status).toBe(404);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({ code: 'not-found', status: 404, type: 'urn:dittoo:problem:not-found' });
  });

  it('sets security headers and a correlation id, and forbids caching', async () => {
    const { headers } = await request(service.url).get('/health/ready').expect(200);
    expect(headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['strict-transport-security']).toBeDefined();
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('describes itself in OpenAPI 3.1, for machines and for people', async () => {
    const { body } = await request(service.url).get('/api/v1/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toContain('/api/v1/compliance/access-log/statistics');
    const { text } = await request(service.url).get('/api/docs').expect(200);
    expect(text.replaceAll('<wbr>', '')).toContain('/api/v1/compliance/access-log/statistics');
  });

  it('uses the public address with its path in its documents, and serves routes with that path and without', async () => {
    const PUBLIC_URL = 'https://example.org/dittoo';
    const behindPath = await startTestService(gatewayService, { PUBLIC_URL });
    try {
      for (const url of [behindPath.url, `${behindPath.url}/dittoo`]) {
        const { body } = await request(url).get('/api/v1/openapi.json').expect(200);
        expect(body.servers).toEqual([{ url: PUBLIC_URL, description: 'PUBLIC_URL' }]);
        const { text } = await request(url).get('/api/docs').expect(200);
        expect([...text.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
          `${PUBLIC_URL}/api/v1/openapi.json`,
        ]);
      }
      await request(behindPath.url).get('/dittooed/api/docs').expect(404);
    } finally {
      await behindPath.close();
    }
  });

  it('shows officers request counts, and no address', async () => {
    const path = '/api/v1/compliance/access-log/statistics';
    await request(service.url).get(path).expect(401);
    const token = await service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
    const { body, text } = await until(async () => {
      const answer = await request(service.url).get(path).set('Authorization', token).expect(200);
      return answer.body.items.length > 0 && answer;
    });
    expect(body.items[0]).toMatchObject({ method: 'GET', requests: expect.any(Number) });
    expect(text).not.toContain('127.0.0.1');
  });

  it('keeps the address in its log only sealed, under the key of the day', async () => {
    const { rows } = await service.platform.pool.query('SELECT id, at, ip, route FROM gateway.access_log LIMIT 1');
    const { id, ip } = rows[0];
    expect(isEnvelope(ip)).toBe(true);
    expect(JSON.stringify(rows)).not.toContain('127.0.0.1');
    expect(await service.platform.sealer.openValue(ip, ['gateway.access_log', id, 'ip'])).toBe('127.0.0.1');
  });

  it('rate-limits an address that sends too many requests, and says when to retry', async () => {
    const answers = await Promise.all(
      Array.from({ length: 45 }, () => request(service.url).get('/api/v1/openapi.json')),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]!.body.code).toBe('too-many-requests');
    expect(Number(refused[0]!.headers['retry-after'])).toBeGreaterThan(0);
    await request(service.url).get('/health/live').expect(200);
  });
});
