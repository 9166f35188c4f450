import { newId, streamName } from '@dittoo/kernel';
import { AttentionWatcher } from '@dittoo/platform';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import request from 'supertest';
import { auditServiceWith, readAuditConfig } from '../audit.module.js';
import { ImaginedLife } from '../imagined-life.fixture.js';
import { verifyBundle } from '../offline-verifier/offline-verifier.js';
import { privateKeyOf, signNote, treeHeadText } from '../merkle/signed-note.js';
import { LogSealer } from './log-sealer.worker.js';
import { SigningKey } from './signing-key.js';

/*
 * The attacker has every right on the database, with triggers switched off, but not the key-encryption key, and
 * therefore not the signing key.
 */
let service: TestService;
let officer: string;
let superuser: pg.Client;
let life: ImaginedLife;
let other: ImaginedLife;
const origin = 'dittoo.example.org/audit-log';

/** The log of these specs: six events to tamper with, and enough others to fill a tile. */
const size = 266;

const tables = [
  'event_store.es_event',
  'event_store.es_log',
  'audit.leaf',
  'audit.tile',
  'audit.signed_tree_head',
  'audit.signing_key',
];
const copyOf = (table: string): string => `copy.${table.replace('.', '_')}`;

beforeAll(async () => {
  service = await startTestService(auditServiceWith(readAuditConfig({})));
  // The events of its items would be in the log that these specs count and rewrite.
  await service.get<AttentionWatcher>(AttentionWatcher).beforeApplicationShutdown();
  officer = await service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
  superuser = new pg.Client({ connectionString: service.platform.rowsUrl });
  await superuser.connect();
  await superuser.query('SET session_replication_role = replica');
  life = new ImaginedLife(service.platform);
  other = new ImaginedLife(service.platform);
  await life.register();
  await other.register('Ture', 'ture@example.org');
  for (const name of ['Alma', 'Asta', 'Agda']) await life.rename(name);
  await other.order();
  await Promise.all(Array.from({ length: size - 6 }, () => new ImaginedLife(service.platform).register()));
  await sealed(size);
  await superuser.query('CREATE SCHEMA copy');
  for (const table of tables) await superuser.query(`CREATE TABLE ${copyOf(table)} AS SELECT * FROM ${table}`);
});
afterAll(async () => {
  await superuser.end();
  await service.close();
});

/** Waits until `size` events are under a signed tree head. */
const sealed = (size: number): Promise<boolean> =>
  until(() => (service.get<LogSealer>(LogSealer).lastSigned?.size ?? 0) >= size);

const verification = async () => {
  const { body } = await request(service.url)
    .post('/api/v1/audit/verifications')
    .set('authorization', officer)
    .expect(200);
  return body as {
    verdict: string;
    treeSize: number;
    events: number;
    problems: { position: number; problem: string }[];
  };
};

const bundle = async (): Promise<string[]> => {
  const response = await request(service.url)
    .get('/api/v1/audit/bundle')
    .set('authorization', officer)
    .buffer(true)
    .parse((stream, done) => {
      let text = '';
      stream.setEncoding('utf8');
      stream.on('data', (part: string) => (text += part));
      stream.on('end', () => done(null, text));
    });
  return (response.body as string).split('\n');
};
async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** Expects the service and its bundle to report tampering at this position. */
const expectTampered = async (position: number, problem: RegExp, offline = true): Promise<void> => {
  const { verdict, problems } = await verification();
  expect({ verdict, problems }).toEqual({
    verdict: 'tampered',
    problems: expect.arrayContaining([{ position, problem: expect.stringMatching(problem) }]),
  });
  if (offline) expect((await verifyBundle(linesOf(await bundle()))).exitCode).toBe(1);
};

const event = (position: number): string => `seq = (SELECT seq FROM event_store.es_log WHERE position = ${position})`;

it('an untouched log is ok', async () => {
  expect(await verification()).toMatchObject({ verdict: 'ok', treeSize: size, events: size, problems: [] });
  expect(await verifyBundle(linesOf(await bundle()))).toMatchObject({ exitCode: 0 });
});

describe('tampered is', () => {
  afterEach(async () => {
    for (const table of tables) {
      await superuser.query(`TRUNCATE ${table}`);
      await superuser.query(`INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM ${copyOf(table)}`);
    }
    expect((await verification()).problems).toEqual([]);
  });

  it('data', async () => {
    await superuser.query(`UPDATE event_store.es_event SET data = data || '{"locale":"en"}' WHERE ${event(1)}`);
    await expectTampered(1, /changed/);
  });

  it('metadata', async () => {
    await superuser.query(`UPDATE event_store.es_event SET meta = meta || '{"purpose":"marketing"}' WHERE ${event(3)}`);
    await expectTampered(3, /changed/);
  });

  it('an event and its leaf together', async () => {
    await superuser.query(`UPDATE event_store.es_event SET meta = meta || '{"purpose":"marketing"}' WHERE ${event(3)}`);
    await superuser.query(`UPDATE audit.leaf SET leaf_hash = $1 WHERE position = 3`, [Buffer.alloc(32, 1)]);
    await expectTampered(3, /changed/);
  });

  it('a deleted event', async () => {
    await superuser.query(`DELETE FROM event_store.es_event WHERE ${event(2)}`);
    await expectTampered(2, /a sealed event was deleted/);
  });

  it('a deleted event and its place', async () => {
    await superuser.query(`DELETE FROM event_store.es_event WHERE ${event(2)}`);
    await superuser.query('DELETE FROM event_store.es_log WHERE position = 2');
    await expectTampered(2, /a sealed event was deleted/);
  });

  it('an inserted event', async () => {
    // The last event is removed first: an event after the end of the sealed log would count as new, and be sealed.
    await superuser.query(`DELETE FROM event_store.es_event WHERE ${event(265)}`);
    await superuser.query('DELETE FROM event_store.es_log WHERE position = 265');
    await superuser.query('UPDATE event_store.es_log SET position = -position - 2 WHERE position >= 2');
    await superuser.query(
      `WITH made AS (
         INSERT INTO event_store.es_event (stream_id, revision, event_id, type, data, meta, recorded_at, leaf_hash)
         SELECT $1, 0, $2, type, data, meta, recorded_at, leaf_hash FROM event_store.es_event WHERE ${event(1)} RETURNING seq)
       INSERT INTO event_store.es_log (position, seq, leaf_hash) SELECT 2, seq, '\\x00' FROM made`,
      [streamName('dataSubject', newId()), newId()],
    );
    await superuser.query('UPDATE event_store.es_log SET position = -position - 1 WHERE position < 0');
    await expectTampered(2, /another event stands here/);
  });

  it('the order', async () => {
    await superuser.query('UPDATE event_store.es_log SET position = -1 WHERE position = 2');
    await superuser.query('UPDATE event_store.es_log SET position = 2 WHERE position = 3');
    await superuser.query('UPDATE event_store.es_log SET position = 3 WHERE position = -1');
    await expectTampered(2, /another event stands here/);
    await expectTampered(3, /revision 1 of customer-.* follows revision 2/);
  });

  it('a truncated log', async () => {
    await superuser.query(`DELETE FROM event_store.es_event WHERE ${event(264)} OR ${event(265)}`);
    await superuser.query('DELETE FROM event_store.es_log WHERE position >= 264');
    await expectTampered(264, /2 sealed events are cut off/);
  });

  it('a log truncated together with its leaves', async () => {
    await superuser.query(`DELETE FROM event_store.es_event WHERE ${event(264)} OR ${event(265)}`);
    await superuser.query('DELETE FROM event_store.es_log WHERE position >= 264');
    await superuser.query('DELETE FROM audit.leaf WHERE position >= 264');
    await expectTampered(263, /266 events are under the last tree head, the seal has 264/);
  });

  it('a deleted tree head', async () => {
    await superuser.query('DELETE FROM audit.signed_tree_head WHERE size = 266');
    const { verdict, problems } = await verification();
    expect({ verdict, problem: problems[0]?.problem }).toEqual({
      verdict: 'tampered',
      problem: 'the tree head of 266 events has disappeared',
    });
  });

  it('a ciphertext of another field, event, person', async () => {
    const take = async (position: number, field: string): Promise<unknown> => {
      const { rows } = await superuser.query(
        `SELECT data -> $1 AS v FROM event_store.es_event WHERE ${event(position)}`,
        [field],
      );
      return rows[0].v;
    };
    const put = (position: number, field: string, value: unknown) =>
      superuser.query(
        `UPDATE event_store.es_event SET data = jsonb_set(data, ARRAY[$1], $2::jsonb) WHERE ${event(position)}`,
        [field, JSON.stringify(value)],
      );
    const own = await take(0, 'givenName');
    for (const [position, field] of [
      [0, 'familyName'],
      [2, 'givenName'],
      [1, 'givenName'],
    ] as const) {
      await put(0, 'givenName', await take(position, field));
      await expectTampered(0, position === 1 ? /not of its place/ : /givenName does not open/);
      await expectTampered(0, /changed/);
    }
    await put(0, 'givenName', own);
    expect((await verification()).verdict).toBe('ok');
  });

  it('a sealed field written in the clear', async () => {
    await superuser.query(`UPDATE event_store.es_event SET data = data || '{"givenName":"Nobody"}' WHERE ${event(2)}`);
    await expectTampered(2, /givenName is not sealed/);
  });

  it('a tree head signed by another key', async () => {
    const root = Buffer.alloc(32, 5);
    const note = signNote(treeHeadText({ origin, size, root }), origin, privateKeyOf(Buffer.alloc(32, 7)));
    await superuser.query('UPDATE audit.signed_tree_head SET note = $1, root = $2 WHERE size = 266', [note, root]);
    await expectTampered(265, /does not carry our signature/);
  });

  it('a substituted signing key', async () => {
    await superuser.query('UPDATE audit.signing_key SET public_key = $1', [Buffer.alloc(32, 7)]);
    const { verdict, problems } = await verification();
    expect({ verdict, problem: problems[0]?.problem }).toEqual({
      verdict: 'tampered',
      problem: 'the signing key was changed',
    });
  });

  it('a fork: the log’s own key over another tree', async () => {
    const root = Buffer.alloc(32, 5);
    const note = await service.get<SigningKey>(SigningKey).sign({ size, root });
    await superuser.query('UPDATE audit.signed_tree_head SET note = $1, root = $2 WHERE size = 266', [note, root]);
    await expectTampered(265, /or another tree was signed/);
  });

  it('a tile', async () => {
    await superuser.query(`UPDATE audit.tile SET hashes = set_byte(hashes, 77, 1 - get_byte(hashes, 77) % 2)`);
    await expectTampered(255, /tile 0 of level 0/, false);
  });
});

describe('an erased person', () => {
  it('leaves a log that verifies, in the service and offline', async () => {
    await life.erase();
    await sealed(size + 1);
    expect(await verification()).toMatchObject({ verdict: 'ok', events: size + 1, problems: [] });
    expect(await verifyBundle(linesOf(await bundle()))).toMatchObject({ exitCode: 0 });
  });

  it('whose key was destroyed without an event leaves it incomplete, until an event says so', async () => {
    await service.platform.keyRing.destroy(other.subjectId, ['profile'], {
      at: '2026-01-01T00:00:00.000Z',
      requestId: null,
    });
    const { verdict, problems } = await verification();
    expect({ verdict, problems }).toEqual({
      verdict: 'incomplete',
      problems: [{ position: 1, problem: `key missing without erasure event: ${other.subjectId}/profile/1` }],
    });
    expect(await verifyBundle(linesOf(await bundle()))).toMatchObject({ exitCode: 2 });
    await other.erase();
    await sealed(size + 2);
    expect((await verification()).verdict).toBe('ok');
  });

  it('who only removed the personnummer leaves it complete', async () => {
    const third = new ImaginedLife(service.platform);
    const stream = streamName('customer', third.subjectId);
    await third.record(stream, {
      type: 'PersonnummerRecorded',
      data: { number: '197010632391', ground: 'secureIdentification' },
    });
    await third.record(stream, { type: 'PersonnummerRemoved', data: { reason: 'customer' } });
    const numbers = (await service.platform.keyRing.keysOf(third.subjectId)).map(({ kid }) => kid);
    const destroyed = await service.platform.keyRing.destroy(third.subjectId, ['personnummer'], {
      at: '2026-01-01T00:00:00.000Z',
      requestId: null,
      newLifecycle: true,
      kids: numbers,
    });
    const keys = destroyed.map(({ category, fingerprint, kid }) => ({ category, fingerprint, kid }));
    await third.record(streamName('dataSubject', third.subjectId), {
      type: 'SubjectKeysDestroyed',
      data: { requestId: null, keys, retained: [] },
    });
    await sealed(size + 5);
    expect((await verification()).problems).toEqual([]);
    expect(await verifyBundle(linesOf(await bundle()))).toMatchObject({ exitCode: 0 });
  });

  it('whose key was restored is detected', async () => {
    const keyRingUrl = new URL(service.platform.config.databaseUrl!);
    keyRingUrl.pathname += '_keyring';
    const keyRing = new pg.Client({ connectionString: keyRingUrl.toString() });
    await keyRing.connect();
    const again = new ImaginedLife(service.platform);
    await again.register();
    await keyRing.query('CREATE TABLE keyring.backup AS SELECT * FROM keyring.data_key');
    await again.erase();
    await sealed(size + 7);
    await keyRing.query('DELETE FROM keyring.data_key WHERE subject_id = $1', [again.subjectId]);
    await keyRing.query('INSERT INTO keyring.data_key SELECT * FROM keyring.backup WHERE subject_id = $1', [
      again.subjectId,
    ]);
    await keyRing.end();
    await expectTampered(size + 6, /is live again/, false);
  });
});
