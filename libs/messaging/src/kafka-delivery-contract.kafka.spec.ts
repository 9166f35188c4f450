import { plain, type SchemaMap } from '@dittoo/kernel';
import { ProblemFilter, type ProblemCatalogue } from '@dittoo/service';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { deliveryContract, type DeliveryEnvironment } from './delivery.contract.js';
import { kafkaEnvironment } from './kafka.fixture.js';

/** Empty, because no response is written here: the filter rethrows the error of a handler. */
const noProblems = {} as ProblemCatalogue;

const note = {
  stream: 'order',
  schemaVersion: 1,
  purpose: 'test',
  legalBasis: 'contract',
  fields: { n: plain },
} as const;
const schemaMap: SchemaMap = { Noted: note, Other: note };

/** The real inbox, a real Nest application, a real broker; the log in memory. */
const byKafka = async (): Promise<DeliveryEnvironment> => {
  const environment = await kafkaEnvironment({ groups: ['a', 'b', 'c', 'slow', 'quick'], schemaMap });
  await environment.dataSource.query('CREATE TABLE handled (id serial, group_id text, event text)');
  const publisher = environment.publisher();
  let published: bigint | null = null;
  const words = new Set(['parked', 'retrying']);
  return {
    get alerts() {
      return environment.reports
        .filter(({ what }) => words.has(what))
        .map(({ what, group, details }) =>
          what === 'parked'
            ? `parked ${group} ${String(details[0])} ${String(details[2])}`
            : `retrying ${group} ${String(details[0])}`,
        );
    },
    start: async (controllers) => {
      @Module({ controllers: [...controllers] })
      class Process {}
      const app = await NestFactory.create(Process, new FastifyAdapter(), { logger: false, abortOnError: false });
      app.useGlobalFilters(new ProblemFilter(noProblems, pino({ level: 'silent' })));
      const delivery = environment.strategy();
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
      for (const [stream, type] of events) await environment.append(stream, [0], { type });
      const page = await environment.log.readAll({ after: published });
      published = page.checkpoint;
      await publisher.publish(page);
    },
    rows: async (group) => {
      const rows = await environment.dataSource.query<{ event: string }[]>(
        'SELECT event FROM handled WHERE group_id = $1 ORDER BY id',
        [group],
      );
      return rows.map(({ event }) => event);
    },
    checkpoint: async (group) => {
      const [row] = await environment.dataSource.query<{ at: string | null }[]>(
        `SELECT greatest((SELECT max(next_offset) FROM delivery.partition_offset WHERE group_id = $1),
                         (SELECT position FROM delivery.group_checkpoint WHERE group_id = $1 AND position >= 0)) AS at`,
        [group],
      );
      return row?.at == null ? null : BigInt(row.at);
    },
    close: () => environment.close(),
  };
};

deliveryContract('delivery by Kafka', byKafka);
