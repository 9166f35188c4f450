import { randomBytes } from 'node:crypto';
import { leafHashOf, leafOf, newId } from '@dittoo/kernel';
import { schemaMap } from '@dittoo/contracts';
import { categoriesOf, createKafka, ensureTopics, topicOf, type Kafka } from '@dittoo/messaging';
import { readTopic, settingsFor, testBroker, until } from '@dittoo/messaging/testing';
import { readPlatformConfig, serve, type RunningService } from '@dittoo/platform';
import { freePort, startTestService, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { relayService } from '../relay.module.js';

// Promised: every event reaches Kafka, each stream in order, whichever relay is active; one relay at a time moves the
// checkpoint. Left open: how often an event is published.
describe('two relays on one log', () => {
  const prefix = `t${randomBytes(4).toString('hex')}.`;
  const env = { KAFKA_BROKERS: '', KAFKA_TOPIC_PREFIX: prefix };
  const streams = Array.from({ length: 5 }, () => `consent-${newId()}`);
  const revisions = new Map<string, bigint>();
  const appended: string[] = [];
  let kafka: Kafka;
  let first: TestService;
  let second: RunningService;

  beforeAll(async () => {
    env.KAFKA_BROKERS = testBroker().brokers[0]!;
    kafka = createKafka(settingsFor(env.KAFKA_BROKERS, prefix), () => undefined);
    const topics = categoriesOf(schemaMap).map((category) => topicOf(prefix, category));
    await ensureTopics(
      kafka,
      topics.map((topic) => ({ topic, partitions: 3, replication: 1, retentionMs: 604_800_000 })),
    );
    first = await startTestService(relayService, env);
    const { databaseUrl, keyEncryptionKeyFile, dataDir } = first.platform.config;
    const config = readPlatformConfig(
      {
        ...env,
        PORT: String(await freePort()),
        DATA_DIR: dataDir,
        DATABASE_URL: databaseUrl!,
        KEY_ENCRYPTION_KEY_FILE: keyEncryptionKeyFile,
        LOG_LEVEL: 'silent',
      },
      'relay',
    );
    second = await serve(config, relayService);
  });
  afterAll(async () => {
    await second.close();
    await first.close();
  });

  const append = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) {
      for (const stream of streams) {
        const eventId = newId();
        const { revision } = await first.platform.store.append(
          stream,
          [
            {
              eventId,
              type: 'ConsentsInvalidated',
              data: { reason: 'subjectErased' },
              metadata: {
                dataSubjectId: newId(),
                actor: { kind: 'system', id: 'spec' },
                purpose: 'consentEvidence',
                legalBasis: 'legalObligation',
                noticeVersion: null,
                correlationId: newId(),
                causationId: newId(),
                traceparent: null,
                schemaVersion: 1,
                recordedAt: first.platform.clock.now(),
              },
            },
          ],
          revisions.get(stream) ?? 'no-stream',
        );
        revisions.set(stream, revision);
        appended.push(eventId);
      }
    }
  };
  const checkpoint = async (): Promise<{ readonly epoch: number; readonly position: number }> => {
    const { rows } = await first.platform.pool.query<{ epoch: string; position: string }>(
      'SELECT epoch, position FROM relay.checkpoint',
    );
    return { epoch: Number(rows[0]?.epoch), position: Number(rows[0]?.position) };
  };
  const relayed = () => until(async () => (await checkpoint()).position === appended.length - 1);

  it('one works and one waits; a lost lease is taken over, and the old holder is stopped by its epoch', async () => {
    await append(5);
    await relayed();
    const before = await checkpoint();
    const { pool } = first.platform;
    await pool.query(
      `UPDATE service.lease SET holder = 'another', expires_at = now() - interval '1 second' WHERE name LIKE 'relay.%'`,
    );
    await append(5);
    const after = await until(async () => {
      const now = await checkpoint();
      return now.epoch > before.epoch && now;
    });
    await append(5);
    await relayed();
    expect(after.epoch).toBeGreaterThan(before.epoch);
    const stale = await pool.query('UPDATE relay.checkpoint SET position = 0 WHERE epoch = $1', [before.epoch]);
    expect(stale.rowCount).toBe(0);

    const messages = await readTopic(kafka, `${prefix}consent`);
    expect(new Set(messages.map(({ headers }) => headers['ce_id']))).toEqual(new Set(appended));
    for (const stream of streams) {
      const seen = messages.filter(({ key }) => key === stream).map(({ headers }) => Number(headers['es-revision']));
      const inOrder = seen.filter((revision, index) => revision > Math.max(-1, ...seen.slice(0, index)));
      expect(inOrder).toEqual(Array.from({ length: 15 }, (_, revision) => revision));
    }
  });

  it('events get their positions without audit: the second relay leads the sequencer when the first stops', async () => {
    const sequencers = [first.platform.sequencer!, second.platform.sequencer!];
    const leading = await until(() => sequencers.find(({ state }) => state === 'leading'));
    const waiting = sequencers.find((sequencer) => sequencer !== leading)!;
    await leading.stop();
    await append(1);
    await relayed();
    expect(waiting.state).toBe('leading');
  });

  it('an old event that is too large for Kafka is parked, and the events after it are published', async () => {
    const { store, pool } = first.platform;
    const stream = `consent-${newId()}`;
    const eventId = newId();
    const [template] = (await store.readAll({ after: null, limit: 1 })).events;
    const { type, metadata } = template!;
    const older = { eventId, type, data: { reason: 'x'.repeat(1_100_000) }, metadata };
    await expect(store.append(stream, [older], 'no-stream')).rejects.toMatchObject({ code: 'payload-too-large' });
    await pool.query(
      `INSERT INTO event_store.es_event (stream_id, revision, event_id, type, data, meta, recorded_at, leaf_hash)
       VALUES ($1, 0, $2, $3, $4, $5, $6, $7)`,
      [stream, eventId, type, older.data, metadata, metadata.recordedAt, leafHashOf(leafOf(stream, 0n, older))],
    );
    await store.append(stream, [{ eventId: newId(), type, data: { reason: 'small' }, metadata }], 0n);
    await until(async () => (await checkpoint()).position === appended.length + 1);
    const { rows } = await pool.query('SELECT stream, event_id, reason FROM relay.parked');
    expect(rows).toEqual([{ stream, event_id: eventId, reason: 'too-large' }]);
    const keys = (await readTopic(kafka, `${prefix}consent`)).filter(({ key }) => key === stream);
    expect(new Set(keys.map(({ headers }) => headers['es-revision']))).toEqual(new Set(['1']));
  });
});
