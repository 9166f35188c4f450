/*
 * Promised: the exported fields are exactly those that are erased or retained with a reason, for every personal field
 * of every event type. Derived from the schema map: one person gets an event of every type, and an unmapped field
 * neither compiles nor is written.
 */
import { schemaMap } from '@dittoo/contracts';
import {
  dataCategories,
  isErased,
  newId,
  streamName,
  UnmappedField,
  type DataCategory,
  type DomainEvent,
  type SchemaMap,
} from '@dittoo/kernel';
import { loadRegister } from '@dittoo/processor-register';
import { openPlatform, readPlatformConfig, type Platform } from '@dittoo/platform';
import { FileKeyEncryption } from '@dittoo/personal-data';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { rightsSchema } from '../rights.migrations.js';
import { RecordedLife } from '../recorded-life.fixture.js';
import { erasureScope } from '../erasure/erasure-scope.js';
import { accessCopyOf, all } from './copy-in-memory.fixture.js';
import { isWithheld, SubjectEvents, type CopiedEvent } from '../person/subject-events.query.js';
import { SubjectStreams } from '../person/subject-streams.js';

const definitions: SchemaMap = schemaMap;
const personalFields = Object.entries(definitions).flatMap(([type, { fields }]) =>
  Object.entries(fields).flatMap(([field, known]) =>
    known.kind === 'personal'
      ? [{ name: `${type}.${field}`, category: known.category, secret: known.secret === true }]
      : [],
  ),
);

/** A unique value: it contains the field's name in place of personal data. */
const valueOf = (type: string, field: string): unknown =>
  definitions[type]!.fields[field]!.kind === 'personal' ? { said: `${type}.${field}` } : `plain ${field}`;

/** An event of every type of the map, in a stream of its category, with a value in every field. */
const everyEvent = (): readonly (readonly [stream: string, event: DomainEvent])[] =>
  Object.entries(definitions).map(([type, { fields, stream }]) => {
    const data = Object.fromEntries(Object.keys(fields).map((field) => [field, valueOf(type, field)]));
    return [streamName(stream, newId()), { type, data }];
  });

let database: TestDatabase;
let platform: Platform;
let events: SubjectEvents;
let life: RecordedLife;
let before: CopiedEvent[];
let after: CopiedEvent[];
const scope = erasureScope(
  loadRegister(),
  { openOrder: false, unpaidInvoice: false, lastBookedAt: '2026-11-01T08:00:00.000Z' },
  '2026-11-22T08:00:00.000Z',
);
const directory = mkdtempSync(join(tmpdir(), 'dittoo-coverage-'));
const erasure = { at: '2026-11-22T08:00:00.000Z', requestId: newId() };

beforeAll(async () => {
  database = await testDatabase('coverage');
  FileKeyEncryption.generate(join(directory, 'kek.json'));
  const environment = { DATA_DIR: directory, DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
  platform = await openPlatform(
    readPlatformConfig({ ...environment, KEY_ENCRYPTION_KEY_FILE: join(directory, 'kek.json') }, 'coverage'),
    [rightsSchema],
  );
  platform.sequencer!.start();
  const { logger, pool, sealer, store } = platform;
  events = new SubjectEvents(new SubjectStreams(store, pool, logger), store, sealer);
  life = new RecordedLife(platform);
  for (const [stream, event] of everyEvent()) await life.record(stream, [event]);
  before = await all((await events.of(life.subjectId)).inOrder());
  await platform.keyRing.destroy(life.subjectId, scope.erase as DataCategory[], erasure);
  after = await all((await events.of(life.subjectId)).inOrder());
});
afterAll(async () => {
  await platform.close();
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

const fieldsWhere = (copied: readonly CopiedEvent[], is: (value: unknown) => boolean): string[] =>
  copied
    .flatMap(({ fields, type }) =>
      Object.entries(fields)
        .filter(([field, value]) => definitions[type]!.fields[field]!.kind === 'personal' && is(value))
        .map(([field]) => `${type}.${field}`),
    )
    .sort();
const names = (of: readonly { readonly name: string }[]): string[] => of.map(({ name }) => name).sort();
const isThere = (value: unknown): boolean => !isErased(value);

describe('for every personal field of every event', () => {
  it('the export equals the stored data', () => {
    // An event about no person is in no copy and has no personal field, which the types ensure.
    const aboutPeople = Object.keys(definitions).filter((type) => definitions[type]!.subject !== 'nobody');
    expect(before.map(({ type }) => type).sort()).toEqual(aboutPeople.sort());
    expect(fieldsWhere(before, isThere)).toEqual(names(personalFields));
    for (const { fields, type } of before) {
      for (const [field, value] of Object.entries(fields)) {
        if (!isWithheld(value)) expect([type, field, value]).toEqual([type, field, valueOf(type, field)]);
      }
    }
    expect(fieldsWhere(before, isWithheld)).toEqual(names(personalFields.filter(({ secret }) => secret)));
  });

  it('the export is erased, or retained with a reason', () => {
    const erased = fieldsWhere(after, isErased);
    const retained = fieldsWhere(after, isThere);
    expect([...erased, ...retained].sort()).toEqual(fieldsWhere(before, isThere));
    const reasons = new Map(scope.retain.map(({ category, reason, until }) => [category, `${reason} until ${until}`]));
    const categoryOf = new Map(personalFields.map(({ category, name }) => [name, category]));
    for (const name of retained) {
      expect([name, reasons.get(categoryOf.get(name)!)]).toEqual([name, expect.stringMatching(/^\w+ until \d{4}-/)]);
    }
    for (const { fields } of after) {
      for (const value of Object.values(fields))
        if (isErased(value)) expect(value).toEqual({ erased: true, ...erasure });
    }
  });

  it('every category is erased or retained, with its purposes and its period', async () => {
    expect([...scope.erase, ...scope.retain.map(({ category }) => category)].sort()).toEqual(
      [...dataCategories].sort(),
    );
    const copy = await accessCopyOf({
      ...{ requestId: newId(), subjectId: life.subjectId, register: loadRegister(), events: before },
    });
    const said = copy.categories.flatMap(({ category, values }) =>
      values.map(({ eventId }) => `${category} ${eventId}`),
    );
    expect(new Set(said).size).toBe(
      new Set(
        before.flatMap(({ eventId, type }) =>
          Object.values(definitions[type]!.fields).flatMap((known) =>
            known.kind === 'personal' ? [`${known.category} ${eventId}`] : [],
          ),
        ),
      ).size,
    );
    for (const { category, purposes, retention } of copy.categories) {
      expect([category, purposes.length > 0, retention.rule.length > 0]).toEqual([category, true, true]);
    }
  });
});

describe('an unmapped field', () => {
  it('is not written', async () => {
    const planted = { type: 'LocaleChosen', data: { locale: 'sv', shoeSize: '43' } };
    await expect(life.record(streamName('customer', newId()), [planted])).rejects.toThrow(UnmappedField);
    const unknown = { type: 'PhoneRectified', data: { phone: null, metadata: { anything: 'at all' } } };
    await expect(life.record(streamName('customer', newId()), [unknown])).rejects.toThrow(UnmappedField);
  });

  it('does not compile', () => {
    const whole = `what: personal('support'), at: plain, value: personal('support')`;
    const [none, unmapped, said, hidden, extra] = compiled([
      whole,
      `what: personal('support'), at: plain`,
      `what: personal('support'), at: plain, value: plain`,
      `what: plain, at: plain, value: personal('support')`,
      `${whole}, metadata: plain`,
    ]);
    expect(none).toBe('');
    expect(unmapped).toContain("'value' is missing");
    expect(said).toContain("from type 'PersonalField'");
    expect(hidden).toContain("from type 'PersonalField'");
    expect(extra).toContain("'metadata' does not exist");
  });
});

/** Compiler errors of each probe: definitions of an event with a personal, a plain and an untyped field. */
const compiled = (probes: readonly string[]): string[] => {
  const sources = new Map(
    probes.map((fields, index) => [
      fileURLToPath(new URL(`../../src/subject-copy/probe-${index}.ts`, import.meta.url)),
      `import { personal, plain, type Personal, type SchemaMapOf } from '@dittoo/kernel';
       interface Planted { ThingSaid: { readonly what: Personal<string>; readonly at: string; readonly value: unknown } }
       const head = { stream: 'thing', schemaVersion: 1, purpose: 'order', legalBasis: 'contract' } as const;
       export const planted: SchemaMapOf<Planted> = { ThingSaid: { ...head, fields: { ${fields} } } };`,
    ]),
  );
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists.call(host, file);
  host.readFile = (file) => sources.get(file) ?? readFile.call(host, file);
  host.getSourceFile = (file, language, ...rest) => {
    const source = sources.get(file);
    return source === undefined
      ? getSourceFile.call(host, file, language, ...rest)
      : ts.createSourceFile(file, source, language);
  };
  const found = ts.getPreEmitDiagnostics(ts.createProgram([...sources.keys()], options, host));
  return [...sources.keys()].map((name) =>
    found
      .filter(({ file }) => file?.fileName === name)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
      .join(),
  );
};
