import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, type NewEvent } from '@dittoo/kernel';
import { deliveryMigrations, TypeOrmInbox } from '@dittoo/projections';
import { ProblemFilter, type ProblemCatalogue } from '@dittoo/service';
import { MemoryEventStore, testDatabase, type TestDatabase } from '@dittoo/testing';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { consumer, deliveryContract, until, type DeliveryEnvironment } from './delivery.contract.js';
import { InProcessDelivery } from './in-process-delivery.js';
import { InProcessTransport } from './in-process-transport.js';

/** Empty, because no response is written here: the filter rethrows the error of a handler. */
const noProblems = {} as ProblemCatalogue;

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await testDatabase('delivery');
  await database.migrate(deliveryMigrations);
  dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: 8 }).initialize();
  await dataSource.query('CREATE TABLE handled (id serial, group_id text, event text)');
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** The real inbox on a real database, a Nest application with the services' filter; the log in memory, with gaps. */
const inProcess = async (): Promise<DeliveryEnvironment> => {
  await dataSource.query('TRUNCATE handled, delivery.group_checkpoint, delivery.parked_stream, delivery.parked_event');
  const store = new MemoryEventStore(3n);
  const transport = new InProcessTransport(store);
  const alerts: string[] = [];
  const inbox = new TypeOrmInbox(dataSource, store, {
    parked: (group, stream, _position, failure) => alerts.push(`parked ${group} ${stream} ${failure}`),
    retrying: (group, failure) => alerts.push(`retrying ${group} ${failure}`),
    replayFailed: () => undefined,
    tookIn: () => undefined,
    repeated: () => undefined,
    healed: () => undefined,
  });
  const revisions = new Map<string, bigint>();
  let published: bigint | null = null;
  return {
    alerts,
    start: async (controllers) => {
      @Module({ controllers: [...controllers] })
      class Process {}
      const app = await NestFactory.create(Process, new FastifyAdapter(), { logger: false, abortOnError: false });
      app.useGlobalFilters(new ProblemFilter(noProblems, pino({ level: 'silent' })));
      const delivery = new InProcessDelivery(transport, inbox, { interrupted: () => undefined });
      try {
        app.connectMicroservice({ strategy: delivery }, { inheritAppConfig: true });
        await app.startAllMicroservices();
      } catch (error) {
        await app.close();
        throw error;
      }
      return { replayParked: (group, stream) => delivery.replayParked(group, stream), close: () => app.close() };
    },
    publish: async (...events) => {
      for (const [stream, type] of events) {
        const before = revisions.get(stream);
        const event = { eventId: newId(), type, data: {}, metadata: {} } as unknown as NewEvent;
        revisions.set(stream, (await store.append(stream, [event], before ?? 'no-stream')).revision);
      }
      const page = await store.readAll({ after: published });
      published = page.checkpoint;
      await transport.publish(page);
    },
    rows: async (group) =>
      (
        await dataSource.query<{ event: string }[]>('SELECT event FROM handled WHERE group_id = $1 ORDER BY id', [
          group,
        ])
      ).map(({ event }) => event),
    checkpoint: (group) => inbox.checkpoint(group),
    close: () => Promise.resolve(),
  };
};

deliveryContract('in-process delivery', inProcess);

describe('in-process delivery', () => {
  it('saves the checkpoint of an idle group that skips unhandled events', async () => {
    const environment = await inProcess();
    const delivery = await environment.start([consumer('a', 'Wanted')]);
    await environment.publish(['order-1', 'Wanted'], ['order-1', 'Unwanted'], ['order-1', 'Unwanted']);
    await until(async () => (await environment.checkpoint('a')) === 6n);
    expect(await environment.rows('a')).toEqual(['order-1@0']);
    await delivery.close();
  });

  it('saves it also when the group never handled any event', async () => {
    const environment = await inProcess();
    const delivery = await environment.start([consumer('a', 'Wanted')]);
    await environment.publish(['order-1', 'Unwanted']);
    await until(async () => (await environment.checkpoint('a')) === 0n);
    await delivery.close();
  });

  it('closes at once when no page is being handled', async () => {
    const environment = await inProcess();
    const delivery = await environment.start([consumer('a', 'Wanted')]);
    const start = performance.now();
    await delivery.close();
    expect(performance.now() - start).toBeLessThan(500);
  });
});
