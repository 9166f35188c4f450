/* eslint max-lines: off -- one application and one database are started for all of it */
/*
 * Promised of every route of every service: errors are problem details without stack or echo, unknown fields are
 * refused without being repeated, the same Idempotency-Key is one command. The app is the real one on a real database.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problemCodes } from '@dittoo/contracts';
import {
  Clock,
  DomainError,
  EventStoreUnavailable,
  KeyMissing,
  newId,
  RevisionConflict,
  SubjectKeyDestroyed,
  type ProblemCode,
} from '@dittoo/kernel';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  HttpException,
  Module,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Type as TypeOf } from 'class-transformer';
import { IsInt, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import request from 'supertest';
import { DataSource, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { FreshlyAuthenticated, FromCaller, FromPrincipal, SignedIn, type Caller, type Principal } from './caller.js';
import { createHttpApp } from './http-app.js';
import { Idempotent, RequestDigest } from './idempotency.js';
import { createLogger } from './log.js';
import { PageQuery } from './page.js';
import { serviceMigrations } from './service.migrations.js';
import { tokenAudience, tokenIssuer, TokenVerifier } from './token-verifier.js';

class Street {
  @IsString()
  @MaxLength(10)
  street!: string;
}
class Registration {
  @IsString()
  @MaxLength(10)
  name!: string;

  @IsOptional()
  @IsInt()
  age?: number;

  @IsOptional()
  @ValidateNested()
  @TypeOf(() => Street)
  address?: Street;

  @IsOptional()
  @ValidateNested({ each: true })
  @TypeOf(() => Street)
  streets?: Street[];
}

const secret = 'ada@example.org';
const database = (code: string): Error =>
  Object.assign(new Error(`${secret} violates`), { code, name: 'QueryFailedError' });
/** Errors that a program built against another catalogue might throw. */
const unlisted = (code: string): ProblemCode => code as ProblemCode;
const thrown: Record<string, () => unknown> = {
  ...Object.fromEntries(Object.keys(problemCodes).map((code) => [code, () => new DomainError(code as ProblemCode)])),
  'no-such-code': () => new DomainError(unlisted('no-such-code')),
  toString: () => new DomainError(unlisted('toString')),
  bug: () => new TypeError(`cannot read ${secret}`),
  text: () => secret,
  nothing: () => undefined,
  faster: () => new RevisionConflict('order-1', 0n, 1n),
  erased: () => new SubjectKeyDestroyed('a/profile/1'),
  silentStore: () => new EventStoreUnavailable(new Error(secret)),
  missingKey: () => new KeyMissing('a/profile/1'),
  lostDatabase: () => database('57P01'),
  refusedConnection: () => database('ECONNREFUSED'),
  deadlock: () => database('40P01'),
  lostInside: () => new Error(secret, { cause: database('08006') }),
  terminated: () => new Error('Connection terminated unexpectedly'),
  released: () => new QueryRunnerAlreadyReleasedError(),
  managerReleased: () => new QueryRunnerProviderAlreadyReleasedError(),
  constraint: () => database('23505'),
  nest: () => new BadRequestException(secret),
  teapot: () => new HttpException(secret, 418),
  detailed: () => new DomainError('invalid-field', 'said', [{ field: 'name', message: 'is odd' }]),
};

let deeds = 0;
/** Hook of the next command. */
let beforeDeed: () => Promise<void> | void = () => undefined;

@Controller()
class Routes {
  @Get('throw/:what')
  throws(@Param('what') what: string): never {
    throw thrown[what]!();
  }

  @Post('register')
  register(@Body() body: Registration): Registration {
    return body;
  }

  @Get('list')
  list(@Query() query: PageQuery): PageQuery {
    return query;
  }

  @Post('deeds')
  @HttpCode(202)
  @Idempotent()
  async deed(@FromCaller() { commandId }: Caller, @Res({ passthrough: true }) reply: FastifyReply) {
    await beforeDeed();
    deeds += 1;
    void reply.header('location', `/deeds/${commandId}`);
    return { commandId, deed: deeds };
  }

  @Post('my/deeds')
  @Idempotent()
  @SignedIn()
  mine(@FromCaller() { commandId }: Caller) {
    return { commandId, deed: (deeds += 1) };
  }

  @Get('signed-in')
  @SignedIn()
  who(@FromPrincipal() principal: Principal): Principal {
    return principal;
  }

  @Get('staff')
  @SignedIn('staff')
  staff(): void {}

  @Get('fresh')
  @SignedIn()
  @FreshlyAuthenticated()
  fresh(): void {}
}

class MovedClock extends Clock {
  offsetMs = 0;
  override now = (): string => new Date(Date.now() + this.offsetMs).toISOString();
}
const clock = new MovedClock();
const customer = newId();
let db: TestDatabase;
let dataSource: DataSource;
let jwks: Server;
let key: CryptoKey;
let app: NestFastifyApplication;
let log = '';

beforeAll(async () => {
  db = await testDatabase('http');
  await db.migrate(serviceMigrations);
  dataSource = await new DataSource({ type: 'postgres', url: db.url, poolSize: 8 }).initialize();
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  key = privateKey;
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'EdDSA' }] });
  jwks = createServer((_request, response) => response.end(keys));
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
  const jwksUrl = new URL(`http://127.0.0.1:${(jwks.address() as AddressInfo).port}/`);
  @Module({
    controllers: [Routes],
    providers: [
      { provide: TokenVerifier, useValue: new TokenVerifier(jwksUrl, clock) },
      { provide: Clock, useValue: clock },
      { provide: DataSource, useValue: dataSource },
      { provide: RequestDigest, useValue: { digest: (text: string) => Buffer.from(text).toString('base64url') } },
    ],
  })
  class Service {}
  const logger = createLogger('spec', 'debug', {}, { write: (line: string) => void (log += line) });
  app = await createHttpApp(Service, { logger, problems: problemCodes, bodyLimit: 10_000 });
  await app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await app.close();
  jwks.close();
  await dataSource.destroy();
  await db.drop();
});
beforeEach(() => {
  log = '';
  deeds = 0;
  beforeDeed = () => undefined;
  clock.offsetMs = 0;
});

const http = () => request(app.getHttpServer());
const bearer = async (subjectId = customer, role = 'customer', ageS = 0): Promise<string> =>
  `Bearer ${await new SignJWT({ role, sid: newId(), auth_time: Math.floor(Date.now() / 1000) - ageS })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
    .setSubject(subjectId)
    .setIssuer(tokenIssuer)
    .setAudience(tokenAudience)
    .setExpirationTime('1 hour')
    .sign(key)}`;

describe('a problem', () => {
  it.each(Object.entries(problemCodes))('%s is answered with its status and title', async (code, [status, title]) => {
    const answer = await http().get(`/throw/${code}`);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toEqual({ type: `urn:dittoo:problem:${code}`, title, status, code });
  });

  it.each([
    ['no-such-code', 500, 'internal-error'],
    ['toString', 500, 'internal-error'],
    ['bug', 500, 'internal-error'],
    ['text', 500, 'internal-error'],
    ['nothing', 500, 'internal-error'],
    ['constraint', 500, 'internal-error'],
    ['faster', 409, 'conflict'],
    ['erased', 410, 'subject-erased'],
    ['silentStore', 503, 'temporarily-unavailable'],
    ['missingKey', 503, 'temporarily-unavailable'],
    ['lostDatabase', 503, 'temporarily-unavailable'],
    ['refusedConnection', 503, 'temporarily-unavailable'],
    ['deadlock', 503, 'temporarily-unavailable'],
    ['lostInside', 503, 'temporarily-unavailable'],
    ['terminated', 503, 'temporarily-unavailable'],
    ['released', 503, 'temporarily-unavailable'],
    ['managerReleased', 503, 'temporarily-unavailable'],
    ['nest', 400, 'invalid-request'],
    ['teapot', 400, 'invalid-request'],
  ])('of %s is %d %s, without a word of the error', async (what, status, code) => {
    const answer = await http().get(`/throw/${what}`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(Object.keys(answer.body).sort()).toEqual(['code', 'status', 'title', 'type']);
    expect(answer.headers['retry-after']).toBe(status === 503 ? '2' : undefined);
    expect(answer.text + log).not.toContain(secret);
    expect(answer.text).not.toMatch(/\.js|at /);
  });

  it('has the details of a refusal', async () =>
    expect((await http().get('/throw/detailed')).body).toMatchObject({
      detail: 'said',
      errors: [{ field: 'name', message: 'is odd' }],
    }));

  it('is also the response for an unknown route or method', async () => {
    expect((await http().get('/nowhere/ada@example.org')).body).toMatchObject({ status: 404, code: 'not-found' });
    expect((await http().delete('/register')).body.code).toMatch(/not-found|method-not-allowed/);
    expect((await http().get('/%ff')).body).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(log).not.toContain(secret);
  });

  it('is logged with its location, not its message', async () => {
    await http().get('/throw/bug');
    expect(JSON.parse(log)).toMatchObject({ route: 'GET /throw/:what', failure: 'TypeError', msg: 'request.failed' });
  });
});

describe('a body', () => {
  const post = (body: string, type = 'application/json') =>
    http().post('/register').set('content-type', type).send(body);
  const problem = async (body: unknown) => (await post(typeof body === 'string' ? body : JSON.stringify(body))).body;

  it('that is valid is accepted', async () =>
    expect((await post('{"name":"Ada","address":{"street":"Storgatan"}}')).status).toBe(201));

  it.each([
    ['malformed', '{', 'malformed-json'],
    ['empty', '', 'malformed-json'],
    ['with NUL', '{"name":"a\\u0000"}', 'invalid-characters'],
    ['with half a character', '{"name":"\\ud83d"}', 'invalid-characters'],
    ['with a prototype', '{"__proto__":{"name":"Ada"}}', 'unknown-field'],
    ['too deep', `{"name":${'['.repeat(30)}${']'.repeat(30)}}`, 'invalid-request'],
    ['too large', `{"name":"${'x'.repeat(11_000)}"}`, 'payload-too-large'],
    ['that is a list', '[]', 'invalid-field'],
    ['that is text', '"Ada"', 'invalid-field'],
    ['that is null', 'null', 'invalid-field'],
  ])('%s is refused', async (_what, body, code) => expect(await problem(body)).toMatchObject({ code }));

  it('of another type is refused', async () =>
    expect((await post('name=Ada', 'application/x-www-form-urlencoded')).body).toMatchObject({
      status: 415,
      code: 'unsupported-media-type',
    }));

  it('with an unknown field is refused, without repeating the field', async () => {
    const answer = await problem({ name: 'Ada', 'ada@example.org': 1 });
    expect(answer).toMatchObject({
      status: 400,
      code: 'unknown-field',
      errors: [{ field: '(body)', message: 'has a field that is not known' }],
    });
    expect(JSON.stringify(answer)).not.toContain(secret);
  });

  it('is refused for nested fields too', async () => {
    expect(await problem({ name: 'Ada', address: { street: 'x', 'ada@example.org': 1 } })).toMatchObject({
      code: 'unknown-field',
      errors: [{ field: 'address' }],
    });
    expect(await problem({ name: 'Ada', streets: [{ street: 'x' }, { street: 7 }] })).toMatchObject({
      code: 'invalid-field',
      errors: [{ field: 'streets.1.street' }],
    });
  });

  it('with a wrong value is refused with the name of the field, without its value', async () => {
    const answer = await problem({ name: 'ada@example.org is long', age: 'ada@example.org' });
    expect(answer.code).toBe('invalid-field');
    expect(answer.errors.map(({ field }: { field: string }) => field).sort()).toEqual(['age', 'name']);
    expect(JSON.stringify(answer) + log).not.toContain(secret);
  });

  it('of a list has a limited page size', async () => {
    expect((await http().get('/list?limit=200&cursor=x')).body).toEqual({ limit: 200, cursor: 'x' });
    for (const query of [
      'limit=0',
      'limit=201',
      'limit=1.5',
      'limit=many',
      'limit=',
      `cursor=${'x'.repeat(201)}`,
      'limit=1&limit=2',
    ])
      expect([query, (await http().get(`/list?${query}`)).body.code]).toEqual([query, 'invalid-field']);
    expect((await http().get('/list?offset=7')).body.code).toBe('unknown-field');
  });
});

describe('access', () => {
  const get = async (path: string, token?: string) => {
    const answer = await (token === undefined ? http().get(path) : http().get(path).set('authorization', token));
    return [answer.status, answer.body.code as string | undefined];
  };

  it('is given to a signed-in caller', async () => {
    expect(await get('/signed-in')).toEqual([401, 'not-authenticated']);
    expect(await get('/signed-in', 'Basic YTpi')).toEqual([401, 'not-authenticated']);
    expect(await get('/signed-in', 'Bearer ')).toEqual([401, 'not-authenticated']);
    expect(await get('/signed-in', 'Bearer x.y.z')).toEqual([401, 'invalid-token']);
    expect((await http().get('/signed-in')).headers['www-authenticate']).toBe('Bearer');
    expect(await get('/signed-in', await bearer())).toEqual([200, undefined]);
  });

  it('is given to a caller with the role', async () => {
    expect(await get('/staff', await bearer())).toEqual([403, 'not-allowed']);
    expect(await get('/staff', await bearer(newId(), 'complianceOfficer'))).toEqual([403, 'not-allowed']);
    expect(await get('/staff', await bearer(newId(), 'staff'))).toEqual([200, undefined]);
  });

  it('is given only after a fresh password, where required', async () => {
    expect(await get('/fresh', await bearer(customer, 'customer', 310))).toEqual([401, 'reauthentication-required']);
    expect(await get('/fresh', await bearer(customer, 'customer', 280))).toEqual([200, undefined]);
  });
});

describe('the same Idempotency-Key', () => {
  const say = (key: string, body: object = { a: 1 }) => http().post('/deeds').set('idempotency-key', key).send(body);

  it('keeps no hash of a personnummer', async () => {
    const key = newId();
    await say(key, { a: 1, personnummer: { number: '701063-2391', ground: 'consent' } });
    const kept = await dataSource.query<{ body_digest: string }[]>('SELECT body_digest FROM service.idempotency_key');
    // The digest of this suite can be read back.
    const digested = kept.map(({ body_digest: digest }) => Buffer.from(digest, 'base64url').toString());
    expect(digested.join()).toContain('"personnummer":"given"');
    expect(digested.join()).not.toContain('2391');
  });

  it('and body is one command with one response: status, Location and body', async () => {
    const key = newId();
    const [first, second] = [await say(key), await say(key)];
    expect(first.status).toBe(202);
    expect([second.status, second.headers['location'], second.body]).toEqual([
      202,
      first.headers['location'],
      first.body,
    ]);
    expect(deeds).toBe(1);
  });

  it('with another body is refused', async () => {
    const key = newId();
    await say(key);
    expect((await say(key, { a: 2 })).body).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
    expect(deeds).toBe(1);
  });

  it('at the same time is one command', async () => {
    const key = newId();
    const answers = await Promise.all(Array.from({ length: 6 }, () => say(key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => body.commandId)).size).toBe(1); // so the stream takes its events once
  });

  it('after a failure is tried again, as the same command', async () => {
    const key = newId();
    beforeDeed = () => Promise.reject(new EventStoreUnavailable());
    expect((await say(key)).status).toBe(503);
    beforeDeed = () => undefined;
    const again = await say(key);
    expect(again.status).toBe(202);
    expect((await say(key)).body).toEqual(again.body);
  });

  it('of another person is another command', async () => {
    const key = newId();
    const mine = async (token: string) =>
      (await http().post('/my/deeds').set('authorization', token).set('idempotency-key', key).send({})).body;
    const first = await mine(await bearer());
    expect(await mine(await bearer())).toEqual(first);
    expect((await mine(await bearer(newId()))).commandId).not.toBe(first.commandId);
    expect(deeds).toBe(2);
  });

  it('after 24 hours is another command, not before', async () => {
    const key = newId();
    await say(key);
    clock.offsetMs = 23.9 * 3_600_000;
    await say(key);
    expect(deeds).toBe(1);
    clock.offsetMs = 24.1 * 3_600_000;
    expect((await say(key, { a: 2 })).status).toBe(202);
    expect(deeds).toBe(2);
  });

  it('absent means a new command each time', async () => {
    const [first, second] = [await http().post('/deeds').send({}), await http().post('/deeds').send({})];
    expect(first.body.commandId).not.toBe(second.body.commandId);
    expect(deeds).toBe(2);
  });

  it.each(['', 'x'.repeat(201), 'with blank', 'nön-ascii'])('%j is refused', async (key) => {
    const answer = await http()
      .post('/deeds')
      .set('idempotency-key', encodeURI(key) === key ? key : 'a b')
      .send({});
    expect(answer.body.code).toBe('invalid-request');
  });

  it('leaves nothing of the body in the database', async () => {
    await say(newId(), { note: 'Lovelace' });
    const rows = await dataSource.query<{ t: string }[]>('SELECT answer::text AS t FROM service.idempotency_key');
    expect(JSON.stringify(rows)).not.toContain('Lovelace');
  });
});

describe('every response', () => {
  it('forbids caching, framing and sniffing', async () => {
    const { headers } = await http().get('/list');
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });
});
