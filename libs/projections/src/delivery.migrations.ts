import { plainColumns, reference, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateDelivery1763800000200 implements MigrationInterface {
  readonly name = 'CreateDelivery1763800000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SCHEMA IF NOT EXISTS delivery`);
    await runner.query(`
      CREATE TABLE delivery.group_checkpoint (
        group_id text PRIMARY KEY, position bigint NOT NULL, moved_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`
      CREATE TABLE delivery.parked_stream (
        group_id text NOT NULL, stream text NOT NULL, failure text NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (group_id, stream))`);
    await runner.query(`
      CREATE TABLE delivery.parked_event (
        group_id text NOT NULL, position bigint NOT NULL, stream text NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (group_id, position))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA delivery CASCADE');
  }
}

/** What a road with partitions needs besides: where a group stands in each partition, and in each stream. */
class AddPartitions1763800000210 implements MigrationInterface {
  readonly name = 'AddPartitions1763800000210';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE delivery.consumer_offset (
        group_id text NOT NULL, topic text NOT NULL, partition int NOT NULL, next_offset bigint NOT NULL,
        moved_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (group_id, topic, partition))`);
    await runner.query(`
      CREATE TABLE delivery.stream_cursor (
        group_id text NOT NULL, stream text NOT NULL, revision bigint NOT NULL, PRIMARY KEY (group_id, stream))`);
    await runner.query('CREATE INDEX parked_event_by_stream ON delivery.parked_event (group_id, stream, position)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX delivery.parked_event_by_stream');
    await runner.query('DROP TABLE delivery.stream_cursor, delivery.consumer_offset');
  }
}

export const deliveryMigrations = [CreateDelivery1763800000200, AddPartitions1763800000210];

/** What each column holds of a person, what an erasure does with it, how the copy a person gets has it. */
export const deliveryRows: RowClasses = {
  group_checkpoint: { columns: plainColumns('group_id', 'position', 'moved_at') },
  parked_stream: {
    columns: { stream: reference, ...plainColumns('group_id', 'failure', 'parked_at') },
  },
  parked_event: {
    columns: { stream: reference, ...plainColumns('group_id', 'position', 'event_id') },
  },
  consumer_offset: {
    columns: plainColumns('group_id', 'topic', 'partition', 'next_offset', 'moved_at'),
  },
  stream_cursor: { columns: { stream: reference, ...plainColumns('group_id', 'revision') } },
};
