/*
 * Promised: the copy of a person with very many events is made and handed out in a bounded amount of memory, and is
 * complete. Ten thousand events here; `SUBJECT_COPY_EVENTS=100000 npm test -- long-life` for more, under the same limit.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newId, streamName, type DomainEvent } from '@dittoo/kernel';
import { FileKeyEncryption } from '@dittoo/personal-data';
import { openPlatform, readPlatformConfig, type Platform } from '@dittoo/platform';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RecordedLife } from '../recorded-life.fixture.js';
import { rightsSchema } from '../rights.migrations.js';

const events = Number(process.env['SUBJECT_COPY_EVENTS'] ?? 10_000);
/** Of the whole process: what Node.js and the service itself take is about half of it. */
const heapMegabytes = 96;
const limitMs = 60_000 + events * 6;
const program = fileURLToPath(new URL('../../../../tools/bench/subject-copy.mjs', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'dittoo-long-life-'));

interface Made {
  readonly copies: readonly { readonly kind: string; readonly format: string; readonly bytes: number }[];
  readonly heapBytes: number;
  readonly maxRssBytes: number;
}

let database: TestDatabase;
let platform: Platform;
let environment: Record<string, string>;

beforeAll(async () => {
  database = await testDatabase('long_life');
  const keyFile = join(directory, 'kek.json');
  FileKeyEncryption.generate(keyFile);
  environment = {
    DATA_DIR: directory,
    DATABASE_URL: database.url,
    KEY_ENCRYPTION_KEY_FILE: keyFile,
    LOG_LEVEL: 'silent',
  };
  platform = await openPlatform(readPlatformConfig(environment, 'long-life'), [rightsSchema]);
  platform.sequencer!.start();
});
afterAll(async () => {
  await platform.close();
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

const address = { street: 'Provgatan 1', postalCode: '11122', city: 'Stockholm', country: 'SE' };
const person = { givenName: 'Alma', familyName: 'Ek', address };
const orderOf = (orderId: string): readonly (readonly [stream: string, events: readonly DomainEvent[]])[] => [
  [
    streamName('order', orderId),
    [
      {
        type: 'OrderPlaced',
        data: {
          ...{ lines: [{ sku: 'mug', quantity: 2 }], total: { amountMinor: 12_900, currency: 'SEK' } },
          ...{ paymentMethod: 'mondidoCard', personnummerGround: null, locale: 'sv', buyer: person },
          recipient: { ...person, email: 'alma@example.org', phone: null },
        },
      },
      { type: 'OrderShipped', data: { shippedAt: '2026-11-20T08:00:00.000Z' } },
    ],
  ],
  [
    streamName('forwarding', newId()),
    [
      {
        type: 'DataDisclosed',
        data: {
          ...{ processorId: 'payson', legalEntity: 'Svea Bank AB', orderId, fields: ['givenName', 'familyName'] },
          ...{ purpose: 'order', legalBasis: 'contract', consentRecordId: null, consentRevision: null },
          ...{ noticeVersion: '2026-11-01', ciphertextDigest: 'ab', attempt: 1, outcome: 'delivered' },
        },
      },
    ],
  ],
];

/** Half of it in one stream that changes its values again and again, a tenth in messages, the rest in many orders. */
const live = async (life: RecordedLife): Promise<void> => {
  const customer = streamName('customer', life.subjectId);
  const supportCase = streamName('supportCase', newId());
  const batch = 500;
  for (let done = 0; done < events / 2; done += batch) {
    const renamed = (_: unknown, index: number): DomainEvent => ({
      type: 'NameRectified',
      data: { givenName: `Alma ${done + index}`, familyName: 'Ek' },
    });
    await life.record(customer, Array.from({ length: batch }, renamed));
  }
  for (let done = 0; done < events / 10; done += batch) {
    const message = (_: unknown, index: number): DomainEvent => ({
      type: 'SupportMessageReceived',
      data: { body: `Where is mug number ${done + index}?` },
    });
    await life.record(supportCase, Array.from({ length: batch }, message));
  }
  const orders = Array.from({ length: Math.floor((events * 0.4) / 3) }, () => newId());
  const place = async (): Promise<void> => {
    for (let orderId = orders.pop(); orderId !== undefined; orderId = orders.pop()) {
      for (const [stream, said] of orderOf(orderId)) await life.record(stream, said);
    }
  };
  await Promise.all([place(), place(), place(), place()]);
};

it(`a copy of ${events} events takes no more memory than one of a few`, async () => {
  const life = new RecordedLife(platform);
  await live(life);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [`--max-old-space-size=${heapMegabytes}`, '--max-semi-space-size=4', program],
    { env: { ...process.env, ...environment, NODE_OPTIONS: '', SUBJECT_ID: life.subjectId }, timeout: limitMs },
  );
  const made = JSON.parse(stdout) as Made;
  process.stderr.write(`${events} events: ${stdout}`);
  // More than the limit itself, where it is long enough: it cannot have been in memory as a whole.
  expect(made.copies[0]!.bytes).toBeGreaterThan(events * 800);
  expect(made.heapBytes).toBeLessThan(heapMegabytes * 1024 * 1024);
}, limitMs);
