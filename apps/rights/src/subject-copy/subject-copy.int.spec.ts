/* eslint max-lines: off -- one service and one database are started for all of it */
/*
 * Promised: the copy has everything acknowledged about a person, from every service, and no data of anybody else; it is
 * signed, sealed at rest, handed out once, and deleted with its key when it was fetched, when it expires, and with the
 * person. Left open here: the contents for each field of the schema map, which `coverage.int.spec.ts` tests.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { KeyRing, newId, Sealer, streamName, SubjectKeyDestroyed } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import canonicalizeModule from 'canonicalize';
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { DataSource } from 'typeorm';
import { startRights, type RightsUnderTest } from '../rights.fixture.js';
import { RecordedLife } from '../recorded-life.fixture.js';
import type { AccessCopy } from './access-copy.js';
import type { PortabilityCopy } from './portability-copy.js';
import { all } from './copy-in-memory.fixture.js';
import { CopySignature } from './copy-signature.js';
import { SubjectCopyFiles, type CopyFile } from './subject-copy-files.js';

const canonicalize = canonicalizeModule as unknown as (value: unknown) => string;
const personnummer = '197010632391';

let rights: RightsUnderTest;
let copies: SubjectCopyFiles;
let rows: DataSource;
const now = () => rights.service.platform.clock.now();

beforeAll(async () => {
  rights = await startRights();
  copies = rights.service.get(SubjectCopyFiles);
  rows = rights.service.get(DataSource);
});
afterAll(() => rights.close());

const registered = async (name: string, more: object = {}) => {
  const { customerId } = await rights.customer(name, {
    phone: '+46701740605',
    personnummer: { number: personnummer, ground: 'secureIdentification' },
    ...more,
  });
  return new RecordedLife(rights.service.platform, customerId);
};
const prepared = async (subjectId: string, kind: 'access' | 'portability' = 'access') => {
  const requestId = newId();
  return { requestId, subjectId, ...(await copies.prepare({ requestId, subjectId, kind, now: now() })) };
};
const collected = async (
  { requestId, subjectId }: { readonly requestId: string; readonly subjectId: string },
  format: 'json' | 'html' = 'json',
) => {
  const { content, ...rest } = await copies.collect({ requestId, subjectId, format, now: now() });
  return { ...rest, body: Buffer.concat(await all(content)).toString('utf8') };
};
const accessOf = async (subjectId: string): Promise<AccessCopy> =>
  (JSON.parse((await collected(await prepared(subjectId))).body) as CopyFile).copy as AccessCopy;

const address = { street: 'Provgatan 1', postalCode: '11122', city: 'Stockholm', country: 'SE' };
const order = {
  type: 'OrderPlaced',
  data: {
    lines: [],
    total: { amountMinor: 12_900, currency: 'SEK' },
    paymentMethod: 'mondidoCard',
    personnummerGround: null,
    locale: 'sv',
    buyer: { givenName: 'Bought', familyName: 'By', address },
    recipient: { givenName: 'Sent', familyName: 'To', address, email: 'sent@example.org', phone: null },
  },
};
const disclosed = {
  type: 'DataDisclosed',
  data: {
    processorId: 'payson',
    legalEntity: 'Svea Bank AB',
    orderId: newId(),
    fields: ['givenName', 'personnummer'],
    purpose: 'invoiceIdentification',
    legalBasis: 'contract',
    consentRecordId: null,
    consentRevision: null,
    noticeVersion: '2026-11-01',
    ciphertextDigest: 'ab',
    attempt: 1,
    outcome: 'delivered',
  },
};
const valuesOf = (copy: AccessCopy, category: string, field: string) =>
  copy.categories.find((one) => one.category === category)?.values.filter((one) => one.field === field) ?? [];
/** The current value of a field. */
const valueOf = (copy: AccessCopy, category: string, field: string) =>
  valuesOf(copy, category, field).find(({ until }) => until === null);

describe('an access copy', () => {
  it('has the data of every service, as of the moment it is made', async () => {
    const life = await registered('alla');
    await life.record(streamName('order', newId()), [order]);
    await life.record(streamName('forwarding', newId()), [disclosed], 'system');
    await life.record(streamName('comment', newId()), [
      { type: 'CommentPosted', data: { sku: 'mug', givenName: 'Given alla', text: 'A fine mug', language: 'en' } },
    ]);
    await life.record(streamName('customer', life.subjectId), [{ type: 'AccountUsed', data: { on: '2026-11-27' } }]);
    await until(async () => {
      const known = await rows.query<unknown[]>('SELECT 1 FROM rights.account_activity WHERE subject_id = $1', [
        life.subjectId,
      ]);
      return known.length > 0;
    });
    const copy = await accessOf(life.subjectId);

    expect(valueOf(copy, 'profile', 'givenName')).toMatchObject({
      value: 'Given alla',
      source: 'dataSubject',
    });
    expect(valueOf(copy, 'personnummer', 'number')!.value).toBe(personnummer);
    expect(valueOf(copy, 'orderDelivery', 'recipient')!.value).toEqual(order.data.recipient);
    expect(valueOf(copy, 'engagement', 'text')!.value).toBe('A fine mug');
    expect(copy.recipients).toEqual([
      expect.objectContaining({
        processorName: 'Payson',
        legalEntity: 'Svea Bank AB',
        fields: [
          { name: 'givenName', label: 'förnamn' },
          { name: 'personnummer', label: 'personnummer' },
        ],
        purpose: 'invoiceIdentification',
        legalBasis: 'contract',
        outcome: 'delivered',
      }),
    ]);
    // Sessions are identity's; the days of use are in the events.
    expect(Object.keys(copy.rows)).toEqual(['rights.account_activity']);
    expect(copy.history.find(({ type }) => type === 'AccountUsed')?.fields).toEqual({ on: '2026-11-27' });
    const profile = copy.categories.find(({ category }) => category === 'profile')!;
    expect(profile.purposes).toContainEqual(
      expect.objectContaining({ purpose: 'customerAccount', legalBasis: 'contract' }),
    );
    // Purposes about staff or subscribers do not apply to a customer.
    const named = copy.categories.flatMap(({ purposes }) => purposes.map(({ purpose }) => purpose));
    for (const others of ['staffAccess', 'newsletterConfirmation']) expect(named).not.toContain(others);
    expect(profile.retention.until).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(copy.rights.map(({ article }) => article)).toEqual(
      expect.arrayContaining(['16', '17', '18', '20', '21', '77']),
    );
  });

  it('separates earlier values, the current one, and an address that waits for its mailed token', async () => {
    const life = await registered('forr');
    await life.record(streamName('customer', life.subjectId), [
      { type: 'NameRectified', data: { givenName: 'Nyare', familyName: 'Family forr' } },
      {
        type: 'EmailChangeRequested',
        data: { email: 'wanted@example.org', token: 'a token', code: '123456', expiresAt: '2027-01-01T00:00:00.000Z' },
      },
    ]);
    const copy = await accessOf(life.subjectId);
    const names = valuesOf(copy, 'profile', 'givenName');
    expect(names.map(({ value }) => value)).toEqual(['Given forr', 'Nyare']);
    expect(names.map(({ until }) => until)).toEqual([names[1]!.since, null]);
    const emails = valuesOf(copy, 'contact', 'email');
    expect(emails.map(({ until, value }) => [value, until])).toEqual([
      ['forr@example.org', null],
      ['wanted@example.org', null],
    ]);
    expect(valueOf(copy, 'contact', 'token')!.value).toEqual({ withheld: 'secret' });
    expect(valueOf(copy, 'profile', 'passwordHash')!.value).toEqual({ withheld: 'secret' });
  });

  it('shows erased values with date and request', async () => {
    const life = await registered('borta');
    const requestId = newId();
    const at = now();
    await rights.service.get<KeyRing>(KeyRing).destroy(life.subjectId, ['profile'], { at, requestId });
    const copy = await accessOf(life.subjectId);
    expect(valueOf(copy, 'profile', 'givenName')!.value).toEqual({ erased: true, at, requestId });
  });

  it('shows that staff viewed the history, without data of the officer', async () => {
    const life = await registered('sedd');
    const officer = new RecordedLife(rights.service.platform);
    const look = (subjectId: string, auditPurpose: string) => ({
      type: 'SubjectHistoryViewed',
      data: { subjectId, view: 'events', auditPurpose },
    });
    await officer.record(
      streamName('officerAccess', officer.subjectId),
      [look(newId(), 'another matter'), look(life.subjectId, 'what the officer typed')],
      'staff',
    );
    const copy = await accessOf(life.subjectId);
    expect(copy.viewings).toEqual([{ at: expect.any(String), view: 'events' }]);
    expect(JSON.stringify(copy)).not.toMatch(/another matter|officer typed/);
    expect(JSON.stringify(copy)).not.toContain(officer.subjectId.slice(0, 8) + '"');
  });
});

describe('the signature', () => {
  it('verifies with the published keys, and not for another text', async () => {
    const life = await registered('namn');
    const copy = await prepared(life.subjectId);
    const { body } = await collected(copy);
    const { body: jwks } = await rights.call('GET', '/.well-known/document-keys.json');
    // The steps of a person who has the file and the published keys.
    const file = JSON.parse(body) as CopyFile;
    const keys = createLocalJWKSet(jwks as JSONWebKeySet);
    const { payload, protectedHeader } = await compactVerify(file.signature.jws, keys);
    const statement = JSON.parse(Buffer.from(payload).toString('utf8')) as unknown;
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'subject-copy+jws' });
    expect(statement).toEqual({ requestId: copy.requestId, sha256: copy.digest });
    expect(file.signature.sha256).toBe(copy.digest);
    const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
    expect(sha256(canonicalize(file.copy))).toBe(copy.digest);
    // The bytes in the file are already canonical.
    expect(body.slice('{"copy":'.length, body.lastIndexOf(',"signature":{'))).toBe(canonicalize(file.copy));
    expect(sha256(canonicalize({ ...file.copy, subjectId: newId() }))).not.toBe(copy.digest);
    const [header, , signature] = file.signature.jws.split('.') as [string, string, string];
    const other = Buffer.from(canonicalize({ requestId: copy.requestId, sha256: sha256('another') })).toString(
      'base64url',
    );
    await expect(compactVerify([header, other, signature].join('.'), keys)).rejects.toThrow(
      'signature verification failed',
    );
  });
});

describe('the file', () => {
  it('is sealed at rest and handed out once, also for two concurrent requests', async () => {
    const life = await registered('engang');
    const copy = await prepared(life.subjectId);
    const parts = await rows.query<{ sealed: Buffer; sealed_key: { kid: string } }[]>(
      'SELECT sealed, sealed_key FROM rights.subject_copy_part JOIN rights.subject_copy USING (request_id) WHERE request_id = $1',
      [copy.requestId],
    );
    expect(parts.length).toBeGreaterThan(0);
    const atRest = parts.map(({ sealed }) => sealed.toString('latin1')).join() + JSON.stringify(parts[0]!.sealed_key);
    expect(atRest).not.toMatch(/engang|197010632391|copy/);

    const answers = await Promise.allSettled([collected(copy), collected(copy), collected(copy, 'html')]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(collected(copy)).rejects.toMatchObject({ code: 'gone' });
    expect(await rows.query('SELECT 1 FROM rights.subject_copy WHERE request_id = $1', [copy.requestId])).toEqual([]);
    const { kid } = parts[0]!.sealed_key;
    expect(await rights.service.get<KeyRing>(KeyRing).statesOfKeys([kid])).toEqual(new Map([[kid, 'destroyed']]));
    await expect(
      copies.prepare({ requestId: copy.requestId, subjectId: life.subjectId, kind: 'access', now: now() }),
    ).rejects.toThrow(SubjectKeyDestroyed);
  });

  it('exists while it is read, and is deleted when reading stops half-way', async () => {
    const { requestId, subjectId } = await prepared((await registered('halvvags')).subjectId);
    const { content } = await copies.collect({ requestId, subjectId, format: 'json', now: now() });
    expect(await copies.isBeingSent(requestId)).toBe(true);
    for await (const part of content) {
      expect(part.toString('utf8')).toContain('{"copy":{"authority":');
      break;
    }
    expect(await copies.isBeingSent(requestId)).toBe(false);
    expect(await rows.query('SELECT 1 FROM rights.subject_copy_part WHERE request_id = $1', [requestId])).toEqual([]);
    await expect(collected({ requestId, subjectId })).rejects.toMatchObject({ code: 'gone' });
  });

  it('is not opened if a part was replaced by another', async () => {
    const copy = await prepared((await registered('utbytt')).subjectId);
    await rows.query(
      `UPDATE rights.subject_copy_part SET sealed = other.sealed FROM rights.subject_copy_part other
       WHERE subject_copy_part.request_id = $1 AND other.request_id = $1
         AND subject_copy_part.list = 2 AND other.list = 1`,
      [copy.requestId],
    );
    await expect(collected(copy)).rejects.toThrow('unable to authenticate data');
  });

  it('is prepared only once, however often it is requested', async () => {
    const { subjectId } = await registered('samma');
    const input = { requestId: newId(), subjectId, kind: 'access', now: now() } as const;
    const [one, other] = await Promise.all([copies.prepare(input), copies.prepare({ ...input, now: later(1) })]);
    expect(other).toEqual(one);
    expect(await copies.prepare({ ...input, now: later(2) })).toEqual(one);
    const { body } = await collected(input);
    expect((JSON.parse(body) as CopyFile).signature.sha256).toBe(one.digest);
  });

  it('is made and opened without a transaction, while others append and their events get positions', async () => {
    const { store } = rights.service.platform;
    const { subjectId } = await registered('oppen');
    const other = await registered('annan');
    const open: string[] = [];
    const sequenced: bigint[] = [];
    /** In the middle of the work: is a transaction open, and does what is appended now get its position? */
    const meanwhile = async (): Promise<void> => {
      const { rows: sessions } = await rights.service.platform.pool.query<{ query: string }>(
        `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
           AND query ILIKE '%subject_copy%'`,
      );
      open.push(...sessions.map(({ query }) => query));
      await other.record(streamName('order', newId()), [order]);
      await store.settled();
      sequenced.push((await store.readAll({ after: null, limit: 100_000 })).checkpoint!);
    };
    const signature = rights.service.get<CopySignature>(CopySignature);
    const sealer = rights.service.get<Sealer>(Sealer);
    const signing = jest.spyOn(signature, 'sign').mockImplementation(async (...facts) => {
      await meanwhile();
      return CopySignature.prototype.sign.apply(signature, facts);
    });
    const openValue = sealer.openValue.bind(sealer);
    const opening = jest.spyOn(sealer, 'openValue').mockImplementation(async (envelope, place) => {
      if (place[0] === 'rights.subject_copy') await meanwhile();
      return openValue(envelope, place);
    });
    try {
      const copy = await prepared(subjectId);
      await collected(copy);
      expect(await rows.query('SELECT 1 FROM rights.subject_copy_draft')).toEqual([]);
    } finally {
      signing.mockRestore();
      opening.mockRestore();
    }
    expect(open).toEqual([]);
    expect(sequenced).toHaveLength(2);
    expect(sequenced[1]).toBeGreaterThan(sequenced[0]!);
  });

  it('is only for its owner', async () => {
    const copy = await prepared((await registered('min')).subjectId);
    await expect(collected({ ...copy, subjectId: newId() })).rejects.toMatchObject({ code: 'not-found' });
    expect((await collected(copy)).contentType).toBe('application/json; charset=utf-8');
  });

  it('is not handed out after it expired, and leaves nothing when it is deleted', async () => {
    const copy = await prepared((await registered('sent')).subjectId);
    const { requestId, subjectId } = copy;
    expect(Date.parse(copy.expiresAt) - Date.parse(now())).toBeGreaterThan(6 * 86_400_000);
    await expect(copies.collect({ requestId, subjectId, format: 'json', now: copy.expiresAt })).rejects.toMatchObject({
      code: 'gone',
    });
    await copies.purge(requestId);
    await copies.purge(requestId);
    await expect(collected(copy)).rejects.toMatchObject({ code: 'gone' });
    expect(await rows.query('SELECT 1 FROM rights.subject_copy_part WHERE request_id = $1', [requestId])).toEqual([]);
  });

  it('is deleted with the person', async () => {
    const life = await registered('glomd');
    const copy = await prepared(life.subjectId);
    await rights.service.get<KeyRing>(KeyRing).destroy(life.subjectId, ['contact'], { at: now(), requestId: newId() });
    await expect(collected(copy)).rejects.toMatchObject({ code: 'gone' });
    await life.record(
      streamName('dataSubject', life.subjectId),
      [{ type: 'SubjectKeysDestroyed', data: { requestId: newId(), keys: [], retained: [] } }],
      'system',
    );
    await until(async () => {
      const left = await rows.query<unknown[]>('SELECT 1 FROM rights.subject_copy WHERE subject_id = $1', [
        life.subjectId,
      ]);
      return left.length === 0;
    });
  });
});

describe('the page', () => {
  it.each([
    ['sv', 'Dina uppgifter hos oss', 'förnamn'],
    ['en', 'Your data at our shop', 'given name'],
  ] as const)('in %s: every value escaped, no script, the signed file inside', async (locale, title, label) => {
    const hostile = '<script>alert("x")</script><img src=x onerror=alert(1)>';
    const life = await registered(`sida-${locale}`, { locale });
    await life.record(streamName('comment', newId()), [
      { type: 'CommentPosted', data: { sku: 'mug', givenName: hostile, text: `"'>${hostile}`, language: locale } },
    ]);
    const { body, contentType, filename } = await collected(await prepared(life.subjectId), 'html');
    expect([contentType, filename]).toEqual(['text/html; charset=utf-8', expect.stringMatching(/^access-.*\.html$/)]);
    expect(body).toContain(`<html lang="${locale}">`);
    expect(body).toContain(title);
    expect(body).toContain(label);
    expect(body).not.toMatch(/<script|<img|<[^>]+ on\w+=/i);
    expect(body).toContain('&lt;script&gt;');
    const file = /href="data:application\/json;base64,([^"]+)"/.exec(body)![1]!;
    const { copy } = JSON.parse(Buffer.from(file, 'base64').toString('utf8')) as CopyFile;
    expect(copy.subjectId).toBe(life.subjectId);
  });
});

describe('a portable copy', () => {
  it('has the data the person provided under consent or contract, and matches its schema', async () => {
    const life = await registered('flytt');
    await life.record(streamName('order', newId()), [order]);
    await life.record(streamName('comment', newId()), [
      { type: 'CommentPosted', data: { sku: 'mug', givenName: 'Given', text: 'on our interest', language: 'en' } },
    ]);
    await life.record(streamName('forwarding', newId()), [disclosed], 'system');
    const { body } = await collected(await prepared(life.subjectId, 'portability'));
    const schema = JSON.parse(
      readFileSync(new URL('../../portability.schema.json', import.meta.url), 'utf8'),
    ) as object;
    const validate = new Ajv2020({ allErrors: true }).compile(schema);
    validate(JSON.parse(body));
    expect(validate.errors).toBeNull();
    const copy = (JSON.parse(body) as CopyFile).copy as PortabilityCopy;
    const types = copy.records.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['CustomerRegistered', 'PersonnummerRecorded', 'OrderPlaced']));
    expect(types).not.toContain('DataDisclosed');
    expect(body).not.toMatch(/on our interest|passwordHash/);
  });
});

const later = (seconds: number): string => new Date(Date.parse(now()) + seconds * 1000).toISOString();
