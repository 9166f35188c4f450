import { plain, type SchemaMap } from '@dittoo/kernel';
import { ProblemFilter, type ProblemCatalogue } from '@dittoo/service';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { deliveryContract, type DeliveryGround } from './delivery.contract.js';
import { kafkaGround } from './kafka.fixture.js';

/** No answer is made here: the filter hands the error of a handler on. */
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
const byKafka = async (): Promise<DeliveryGround> => {
  const ground = await kafkaGround({ groups: ['a', 'b', 'c', 'slow', 'quick'], schemaMap });
  await ground.dataSource.query('CREATE TABLE handled (id serial, group_id text, event text)');
  const publisher = ground.publisher();
  let said: bigint | null = null;
  const words = new Set(['parked', 'retrying']);
  return {
    get alerts() {
      return ground.said
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
      const delivery = ground.strategy();
      try {
        app.connectMicroservice({ strategy: delivery }, { inheritAppConfig: true });
        await app.startAllMicroservices();
      } catch (error) {
        await app.close();
        throw error;
      }
      return { replayParked: (group, stream) => delivery.replayParked(group, stream), close: () => app.close() };
    },
    say: async (...events) => {
      for (const [stream, type] of events) await ground.append(stream, [0], { type });
      const page = await ground.log.readAll({ after: said });
      said = page.checkpoint;
      await publisher.publish(page);
    },
    rows: async (group) => {
      const rows = await ground.dataSource.query<{ event: string }[]>(
        'SELECT event FROM handled WHERE group_id = $1 ORDER BY id',
        [group],
      );
      return rows.map(({ event }) => event);
    },
    checkpoint: async (group) => {
      const [row] = await ground.dataSource.query<{ at: string | null }[]>(
        `SELECT greatest((SELECT max(next_offset) FROM delivery.partition_offset WHERE group_id = $1),
                         (SELECT position FROM delivery.group_checkpoint WHERE group_id = $1 AND position >= 0)) AS at`,
        [group],
      );
      return row?.at == null ? null : BigInt(row.at);
    },
    close: () => ground.close(),
  };
};

deliveryContract('delivery by Kafka', byKafka);
