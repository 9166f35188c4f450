/*
 * Promised: a changed sealed value is never accepted. If it was changed in Kafka, its stream is parked with an alert,
 * others continue, and a replay reads the original from the log; if it was changed in the log, its stream stays parked.
 * Left open: who changed it; the audit's verification reports a changed log.
 */
import { randomBytes } from 'node:crypto';
import {
  newId,
  reference,
  type Envelope,
  type EventContext,
  type NewEvent,
  type RecordedEvent,
  Sealer,
} from '@dittoo/kernel';
import { createKafka, ensureTopics, type Kafka } from '@dittoo/messaging';
import { readTopic, settingsFor, testBroker } from '@dittoo/messaging/testing';
import { Controller, Inject, Module } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { EntityManager, MigrationInterface, QueryRunner } from 'typeorm';
import type { ServiceDefinition } from '../host/serve.js';
import { startTestService, until, type TestService } from '../test-service.fixture.js';

class CreateWrongTag1763809999100 implements MigrationInterface {
  readonly name = 'CreateWrongTag1763809999100';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA wrong_tag');
    await runner.query('CREATE TABLE wrong_tag.opened (stream text)');
  }
  async down(): Promise<void> {}
}

@Controller()
class Opening {
  constructor(@Inject(Sealer) private readonly sealer: Sealer) {}

  @EventPattern<string>('PhoneRectified', { group: 'spec.opened' })
  async open(@Payload() event: RecordedEvent, @Ctx() { transaction }: EventContext<EntityManager>): Promise<void> {
    await this.sealer.open([event]);
    await transaction.query('INSERT INTO wrong_tag.opened VALUES ($1)', [event.stream]);
  }
}

const service: ServiceDefinition = {
  schemas: [
    {
      schema: 'wrong_tag',
      migrations: [CreateWrongTag1763809999100],
      rows: { opened: { columns: { stream: reference } } },
    },
  ],
  module: (platform) => {
    @Module({})
    class Spec {}
    return { module: Spec, imports: [platform], controllers: [Opening] };
  },
};

const prefix = `t${randomBytes(4).toString('hex')}.`;
const letters = `${prefix}customer.spec.opened.dlq`;
let kafka: Kafka;
let running: TestService;

beforeAll(async () => {
  const broker = testBroker().brokers[0]!;
  kafka = createKafka(settingsFor(broker, prefix), () => undefined);
  const topic = { partitions: 1, replication: 1, retentionMs: 604_800_000 };
  await ensureTopics(kafka, [
    { ...topic, topic: `${prefix}customer` },
    { ...topic, topic: letters },
  ]);
  running = await startTestService(service, { KAFKA_BROKERS: broker, KAFKA_TOPIC_PREFIX: prefix });
});
afterAll(() => running.close());

const sealed = async (subjectId: string): Promise<NewEvent> => {
  const [event] = await running.platform.sealer.seal([
    {
      stream: `customer-${subjectId}`,
      eventId: newId(),
      event: { type: 'PhoneRectified', data: { phone: '+46700000001' } },
      metadata: {
        dataSubjectId: subjectId,
        actor: { kind: 'system', id: 'spec' },
        purpose: 'customerAccount',
        legalBasis: 'contract',
        noticeVersion: null,
        correlationId: newId(),
        causationId: newId(),
        traceparent: null,
        schemaVersion: 1,
        recordedAt: running.platform.clock.now(),
      },
    },
  ]);
  return event!;
};
/** Flips one bit of the tag. */
const changed = <Event extends Pick<NewEvent, 'data'>>(event: Event): Event => {
  const envelope = event.data['phone'] as unknown as Envelope;
  const tag = Buffer.from(envelope.tag, 'base64');
  tag[0]! ^= 1;
  return { ...event, data: { phone: { ...envelope, tag: tag.toString('base64') } } };
};
const opened = async (): Promise<string[]> =>
  (await running.platform.pool.query<{ stream: string }>('SELECT stream FROM wrong_tag.opened')).rows.map(
    ({ stream }) => stream,
  );
const append = async (subjectId: string, event: NewEvent): Promise<void> => {
  await running.platform.store.append(`customer-${subjectId}`, [event], 'no-stream');
};
const parked = (stream: string) =>
  until(async () => {
    const found = await running.platform.delivering().parkedStreams();
    return found.find((item) => item.stream === stream);
  }, 60_000);

it('changed in Kafka: parked with an alert, the others continue, the log has the original', async () => {
  const [first, second, third] = [newId(), newId(), newId()];
  await append(first, await sealed(first));
  await until(async () => (await opened()).length === 1, 60_000);

  // The next event of the log, changed in Kafka.
  const original = await sealed(second);
  const stream = `customer-${second}`;
  await running.platform.publisher.publish({
    after: 0n,
    events: [{ ...changed(original), stream, revision: 0n, position: 1n }],
    checkpoint: 1n,
  });
  expect(await parked(stream)).toMatchObject({ group: 'spec.opened', failure: 'EnvelopeRejected', waiting: 1 });
  const figures = await running.platform.metrics.metrics();
  expect(figures).toContain('dittoo_parked_streams_total{group="spec.opened"} 1');
  expect(figures).toContain('dittoo_parked_streams{group="spec.opened"} 1');
  expect(figures).toContain('dittoo_kafka_dead_letters_total{group="spec.opened"} 1');
  expect((await readTopic(kafka, letters)).map(({ key }) => key)).toEqual([stream]);

  await append(second, original);
  await append(third, await sealed(third));
  await until(async () => (await opened()).includes(`customer-${third}`), 60_000);
  expect(await opened()).not.toContain(stream);
  const replayed = await running.platform.delivering().replayParked('spec.opened', stream);
  expect(replayed).toEqual({ replayed: 1, waiting: 0, failure: null });
  expect(await opened()).toContain(stream);
}, 120_000);

it('changed in the log: parked, and a replay does not help', async () => {
  const [bad, good] = [newId(), newId()];
  await append(bad, changed(await sealed(bad)));
  await append(good, await sealed(good));
  const stream = `customer-${bad}`;
  expect(await parked(stream)).toMatchObject({ failure: 'EnvelopeRejected' });
  await until(async () => (await opened()).includes(`customer-${good}`), 60_000);
  const replayed = await running.platform.delivering().replayParked('spec.opened', stream);
  expect(replayed).toEqual({ replayed: 0, waiting: 1, failure: 'EnvelopeRejected' });
  expect(await opened()).not.toContain(stream);
}, 120_000);
