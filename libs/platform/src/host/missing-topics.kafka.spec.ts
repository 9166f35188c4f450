// Promised: a process whose topics nobody has made is not ready, and says in one sentence what is missing and which
// command makes it; once they are there it is ready by itself.
import { randomBytes } from 'node:crypto';
import { schemaMap } from '@dittoo/contracts';
import { categoriesOf, createKafka, ensureTopics, topicOf } from '@dittoo/messaging';
import { settingsFor, testBroker } from '@dittoo/messaging/testing';
import { expect, it, jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { ServiceDefinition } from './serve.js';
import { startTestService, until } from '../test-service.fixture.js';

const relaying: ServiceDefinition = {
  schemas: [],
  publishes: true,
  module: (platform) => {
    @Module({})
    class Spec {}
    return { module: Spec, imports: [platform] };
  },
};

it('is not ready without its topics, and says which are missing', async () => {
  const prefix = `t${randomBytes(4).toString('hex')}.`;
  const [broker] = testBroker().brokers as [string];
  const topics = categoriesOf(schemaMap).map((category) => topicOf(prefix, category));
  const kafka = createKafka(settingsFor(broker, prefix), () => undefined);
  let said = '';
  const written = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  let isReady = false;
  const starting = startTestService(relaying, { KAFKA_BROKERS: broker, KAFKA_TOPIC_PREFIX: prefix });
  try {
    void starting.then(() => (isReady = true));
    await until(() => said.includes('make them with npm run topics'));
    for (const topic of topics) expect(said).toContain(topic);
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(isReady).toBe(false);
    const wanted = topics.map((topic) => ({ topic, partitions: 1, replication: 1, retentionMs: 604_800_000 }));
    await ensureTopics(kafka, wanted);
    await starting;
  } finally {
    written.mockRestore();
    await (await starting).close();
  }
});
