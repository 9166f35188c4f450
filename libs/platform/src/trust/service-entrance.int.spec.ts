import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@dittoo/kernel';
import { callerOf, SignedIn } from '@dittoo/service';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Req, type DynamicModule } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SignJWT } from 'jose';
import { generate } from 'selfsigned';
import { Agent, request } from 'undici';
import { clientTls } from './service-entrance.js';
import { ServiceTokens, serviceTokenHeader } from './service-trust.js';
import type { DistributedConfig } from '../config/service.config.js';
import type { ServiceDefinition } from '../host/serve.js';
import { startTestService, type TestService } from '../test-service.fixture.js';

/**
 * Promise: a service behind the gateway answers the gateway alone, by a fresh token for that service and, if
 * configured, a certificate; probes and public keys are excepted. The service still verifies the end user's token
 * itself.
 */
@Controller('api/v1/things')
class ThingsController {
  @Get()
  all(@Req() asked: FastifyRequest): object {
    return { correlationId: callerOf(asked).correlationId };
  }

  @Get('mine')
  @SignedIn()
  mine(): object {
    return { mine: true };
  }
}

@Module({})
class ThingsModule {}

const things: ServiceDefinition = {
  schemas: [],
  module: (platform): DynamicModule => ({ module: ThingsModule, imports: [platform], controllers: [ThingsController] }),
};

const dir = mkdtempSync(join(tmpdir(), 'dittoo-distributed-spec-'));
const file = (name: string, content: string | Buffer): string => {
  const path = join(dir, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};
const keyPair = (name: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey,
    signing: file(`${name}.key.pem`, privateKey.export({ format: 'pem', type: 'pkcs8' })),
    verification: file(`${name}.pub.pem`, publicKey.export({ format: 'pem', type: 'spki' })),
  };
};
const gateway = keyPair('gateway');
const stranger = keyPair('stranger');
const plain = { caFile: null, certFile: null, keyFile: null };
const distributed = (more: Partial<DistributedConfig> = {}): DistributedConfig => ({
  verificationKeyFile: gateway.verification,
  tls: null,
  upstreamTls: plain,
  ...more,
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('a service with the gateway’s verification key', () => {
  let service: TestService;
  const tokens = ServiceTokens.read(gateway.signing);
  const ask = (path: string, headers: Record<string, string> = {}) => fetch(`${service.url}${path}`, { headers });
  const trusted = async () => ({ [serviceTokenHeader]: await tokens.tokenFor('test') });

  beforeAll(async () => {
    service = await startTestService(things, {}, distributed());
  }, 60_000);
  afterAll(() => service.close());

  it('answers the gateway, and uses its correlation id', async () => {
    const correlationId = newId();
    const answer = await ask('/api/v1/things', { ...(await trusted()), 'x-correlation-id': correlationId });
    expect(await answer.json()).toEqual({ correlationId });
  });

  it('still requires the end user’s own token where a route does', async () => {
    expect((await ask('/api/v1/things/mine', await trusted())).status).toBe(401);
    const authorization = await service.bearer({ subjectId: newId() });
    expect((await ask('/api/v1/things/mine', { ...(await trusted()), authorization })).status).toBe(200);
    expect((await ask('/api/v1/things/mine', { authorization })).status).toBe(401);
  });

  const signed = (claims: { iss?: string; aud?: string; exp?: string; iat?: string }, key = gateway.privateKey) =>
    new SignJWT()
      .setProtectedHeader({ alg: 'EdDSA', typ: 'service+jwt' })
      .setIssuer(claims.iss ?? 'dittoo/gateway')
      .setAudience(claims.aud ?? 'dittoo/test')
      .setIssuedAt(claims.iat ?? '0s')
      .setExpirationTime(claims.exp ?? '60s')
      .sign(key);

  it.each<[string, () => Promise<string>]>([
    ['none', async () => ''],
    ['nonsense', async () => 'let me in'],
    ['one for another service', () => tokens.tokenFor('order')],
    ['one of a stranger', () => ServiceTokens.read(stranger.signing).tokenFor('test')],
    ['one that names another issuer', () => signed({ iss: 'dittoo/identity' })],
    ['one that is over', () => signed({ iat: '-2 minutes', exp: '-1 minute' })],
    ['one that was made for an hour', () => signed({ iat: '-2 minutes', exp: '1 hour' })],
    ['an end user’s', async () => (await service.bearer({ subjectId: newId() })).replace('Bearer ', '')],
  ])('refuses %s', async (_, token) => {
    for (const path of ['/api/v1/things', '/openapi.json', '/api/v1/operations/parked-streams', '/health']) {
      const answer = await ask(path, { [serviceTokenHeader]: await token() });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, 'not-from-the-gateway']);
    }
  });

  it('accepts such a token if nothing is wrong with it', async () => {
    expect((await ask('/api/v1/things', { [serviceTokenHeader]: await signed({}) })).status).toBe(200);
  });

  it('lets probes in, but no path that only begins like one', async () => {
    expect((await ask('/health/live')).status).toBe(200);
    expect((await ask('/health/ready')).status).toBe(200);
    for (const path of ['/health/live/x', '/health/livery', '/.well-known/jwks.json.bak', '//health/live']) {
      expect((await ask(path)).status).toBe(401);
    }
  });
});

describe('a service that requires certificates', () => {
  let service: TestService;
  let server: Awaited<ReturnType<typeof certificate>>;
  let client: Awaited<ReturnType<typeof certificate>>;

  const certificate = async (name: string) => {
    const made = await generate([{ name: 'commonName', value: name }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    });
    return { certFile: file(`${name}.crt`, made.cert), keyFile: file(`${name}.crt.key`, made.private) };
  };
  const asking = async (path: string, shown: object, headers: Record<string, string> = {}) => {
    const dispatcher = new Agent({ connect: shown });
    try {
      const { statusCode, body } = await request(`${service.url}${path}`, { dispatcher, headers });
      await body.dump();
      return statusCode;
    } finally {
      await dispatcher.close();
    }
  };
  const believing = (more: Partial<DistributedConfig['upstreamTls']> = {}) =>
    clientTls({ caFile: server.certFile, certFile: null, keyFile: null, ...more });

  beforeAll(async () => {
    [server, client] = await Promise.all([certificate('server'), certificate('client')]);
    const tls = { ...server, clientCaFile: client.certFile };
    service = await startTestService(
      things,
      {},
      distributed({ verificationKeyFile: null, tls, upstreamTls: { caFile: server.certFile, ...client } }),
    );
  }, 60_000);
  afterAll(() => service.close());

  it('answers a caller with a certificate of the right CA, and verifies end users by keys fetched with its own', async () => {
    expect(await asking('/api/v1/things', believing(client))).toBe(200);
    const authorization = await service.bearer({ subjectId: newId() });
    expect(await asking('/api/v1/things/mine', believing(client), { authorization })).toBe(200);
  });

  it('refuses a caller without a certificate of its CA; lets probes in', async () => {
    expect(await asking('/api/v1/things', believing())).toBe(401);
    expect(await asking('/api/v1/things', believing(await certificate('other')))).toBe(401);
    expect(await asking('/health/ready', believing())).toBe(200);
  });

  it('is not trusted by a client with another CA', async () => {
    await expect(asking('/health/live', clientTls(plain))).rejects.toThrow();
  });
});

describe('keys that cannot be used', () => {
  it('are named before anything starts', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const wrong = file('rsa.pem', rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }));
    expect(() => ServiceTokens.read(join(dir, 'absent.pem'))).toThrow(/SERVICE_SIGNING_KEY_FILE .*ENOENT/);
    expect(() => ServiceTokens.read(wrong)).toThrow('SERVICE_SIGNING_KEY_FILE must be an Ed25519 key');
    expect(() => ServiceTokens.read(file('no.pem', 'hello'))).toThrow(/SERVICE_SIGNING_KEY_FILE cannot be read/);
    expect(() => clientTls({ ...plain, caFile: join(dir, 'absent.pem') })).toThrow(/UPSTREAM_CA_FILE .*ENOENT/);
  });

  it('a private key in place of the public one is refused: it would be on every machine', async () => {
    const config = distributed({ verificationKeyFile: gateway.signing });
    await expect(startTestService(things, {}, config)).rejects.toThrow(/SERVICE_VERIFICATION_KEY_FILE/);
  });
});
