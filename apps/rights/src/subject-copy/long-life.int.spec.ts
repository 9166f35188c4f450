/*
 * Promised: the copy of a person with very many events is complete, and made and handed out in bounded memory. Ten
 * thousand events here; `SUBJECT_COPY_EVENTS=100000 npm test -- long-life` for more, under the same limit.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newId, streamName, type DomainEvent, type LogPage } from '@dittoo/kernel';
import { FileKeyEncryption } from '@dittoo/personal-data';
import { openPlatform, readPlatformConfig, type Platform } from '@dittoo/platform';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RecordedLife } from '../recorded-life.fixture.js';
import { rightsSchema } from '../rights.migrations.js';
import type { AccessCopy } from './access-copy.js';
import type { CopyFile } from './subject-copy-files.js';

const events = Number(process.env['SUBJECT_COPY_EVENTS'] ?? 10_000);
/** The heap limit of the whole process; Node.js and the service need about half of it from the start. */
const heapMegabytes = 96;
const limitMs = 60_000 + events * 10;
const program = fileURLToPath(new URL('../../../../tools/bench/subject-copy.mjs', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'dittoo-long-life-'));

interface Made {
  readonly copies: readonly { readonly file: string; readonly bytes: number; readonly digest: string }[];
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

/** Records half of the events in one stream that keeps changing its values, a tenth as messages, the rest as orders. */
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

it(
  `a copy of ${events} events needs no more memory than one of a few`,
  async () => {
    const life = new RecordedLife(platform);
    await live(life);
    const { stdout } = await promisify(execFile)(process.execPath, [`--max-old-space-size=${heapMegabytes}`, program], {
      env: { ...process.env, ...environment, NODE_OPTIONS: '', SUBJECT_ID: life.subjectId },
      timeout: limitMs,
    });
    const made = JSON.parse(stdout) as Made;
    process.stderr.write(`${events} events: ${stdout}`);
    expect(made.heapBytes).toBeLessThan(heapMegabytes * 1024 * 1024);
    // Buffers are not part of that heap.
    expect(made.maxRssBytes).toBeLessThan(400 * 1024 * 1024);
    const [file, page] = made.copies;

    // The file is complete, in order, and equals what was signed.
    const text = readFileSync(file!.file, 'utf8');
    const signed = text.slice('{"copy":'.length, text.lastIndexOf(',"signature":{'));
    expect(createHash('sha256').update(signed, 'utf8').digest('hex')).toBe(file!.digest);
    const { categories, history, recipients } = JSON.parse(signed) as AccessCopy;
    expect(history.map(({ eventId }) => eventId)).toEqual(await recordedOf(life.subjectId));
    expect(recipients.length).toBe(history.filter(({ type }) => type === 'DataDisclosed').length);
    const values = new Map(categories.map((one) => [one.category, one.values]));
    const names = values.get('profile')!.filter(({ field }) => field === 'givenName');
    expect(names.map(({ value }) => value)).toEqual(names.map((_, index) => `Alma ${index}`));
    expect(names.filter(({ until }) => until === null)).toEqual([names.at(-1)]);
    expect(new Set(values.get('support')!.map(({ value }) => value)).size).toBe(values.get('support')!.length);

    // The page contains a line for each event, and the whole file.
    const html = readFileSync(page!.file, 'utf8');
    expect(html.endsWith('</html>\n')).toBe(true);
    expect(html.split('<tr>').length).toBeGreaterThan(history.length);
    const [before, after] = ['href="data:application/json;base64,', '">'];
    const from = html.indexOf(before) + before.length;
    const inside = Buffer.from(html.slice(from, html.indexOf(after, from)), 'base64').toString('utf8');
    expect((JSON.parse(inside) as CopyFile).copy.requestId).not.toBe((JSON.parse(signed) as AccessCopy).requestId);
    expect(inside.length).toBe(text.length);
  },
  limitMs,
);

/** The person's events in the log, in order. */
const recordedOf = async (subjectId: string): Promise<string[]> => {
  const recorded: string[] = [];
  for (let after: bigint | null = null; ;) {
    const page: LogPage = await platform.store.readAll({ after });
    if (page.checkpoint === null || page.checkpoint === after) return recorded;
    for (const { eventId, metadata } of page.events) if (metadata.dataSubjectId === subjectId) recorded.push(eventId);
    after = page.checkpoint;
  }
};
