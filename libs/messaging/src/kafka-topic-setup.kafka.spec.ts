import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createKafka, type Kafka } from './kafka-client.js';
import { settingsFor, testBroker } from './kafka.fixture.js';
import { ensureTopics, type WantedTopic } from './kafka-topic-setup.js';

describe('the topics', () => {
  let kafka: Kafka;
  let wanted: WantedTopic;

  beforeEach(() => {
    kafka = createKafka(settingsFor(testBroker().brokers[0]!, ''), () => undefined);
    wanted = {
      topic: `t${randomBytes(4).toString('hex')}.lamp`,
      partitions: 6,
      replication: 1,
      retentionMs: 604_800_000,
    };
  });

  it('are created once, and are right from then on', async () => {
    const other = { ...wanted, topic: `${wanted.topic}.lights.dlq`, partitions: 1 };
    expect(await ensureTopics(kafka, [wanted, other])).toEqual(
      [wanted, other].map(({ topic }) => ({ topic, outcome: 'created', objections: [] })),
    );
    expect(await ensureTopics(kafka, [wanted])).toEqual([{ topic: wanted.topic, outcome: 'right', objections: [] }]);
  });

  it('may be created by two processes at the same time', async () => {
    const both = await Promise.all([ensureTopics(kafka, [wanted]), ensureTopics(kafka, [wanted])]);
    expect(both.flat().every(({ outcome }) => outcome !== 'wrong')).toBe(true);
  });

  it('are checked and never changed: partitions, replicas, retention', async () => {
    await ensureTopics(kafka, [wanted]);
    const [outcome] = await ensureTopics(kafka, [{ ...wanted, partitions: 12, replication: 3, retentionMs: 1_000 }]);
    expect(outcome).toEqual({
      topic: wanted.topic,
      outcome: 'wrong',
      objections: [
        'it has 6 partitions, not 12',
        'retention.ms is 604800000, not 1000',
        'min.insync.replicas is 1, not 2',
        'it has 1 replicas, not 3',
      ],
    });
  });
});
