import { plainColumns, reference, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The progress of each group of handlers. `group_checkpoint`: in the log. `partition_offset` and `stream_revision`: in
 * partitions, where it is ahead of the checkpoint in the log. `parked_stream`, `parked_event`: wait for an operator.
 *
 * `ahead` = there may be revisions ahead of the checkpoint. `parked` = there are parked streams. Both are in the row
 * that every page locks, so a page queries revisions and parked streams only where there are any.
 */
class CreateDelivery1763800000200 implements MigrationInterface {
  readonly name = 'CreateDelivery1763800000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SCHEMA IF NOT EXISTS delivery`);
    await runner.query(`
      CREATE TABLE delivery.group_checkpoint (
        group_id text PRIMARY KEY, position bigint NOT NULL DEFAULT -1,
        ahead boolean NOT NULL DEFAULT false, parked boolean NOT NULL DEFAULT false,
        moved_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`
      CREATE TABLE delivery.partition_offset (
        group_id text NOT NULL, topic text NOT NULL, partition int NOT NULL, next_offset bigint NOT NULL,
        moved_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (group_id, topic, partition))`);
    await runner.query(`
      CREATE TABLE delivery.stream_revision (
        group_id text NOT NULL, stream text NOT NULL, revision bigint NOT NULL, position bigint NOT NULL,
        PRIMARY KEY (group_id, stream))`);
    await runner.query('CREATE INDEX ON delivery.stream_revision (group_id, position)');
    await runner.query(`
      CREATE TABLE delivery.parked_stream (
        group_id text NOT NULL, stream text NOT NULL, failure text NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (group_id, stream))`);
    await runner.query(`
      CREATE TABLE delivery.parked_event (
        group_id text NOT NULL, position bigint NOT NULL, stream text NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (group_id, position))`);
    await runner.query('CREATE INDEX ON delivery.parked_event (group_id, stream, position)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA delivery CASCADE');
  }
}

export const deliveryMigrations = [CreateDelivery1763800000200];

/** For each column: what it holds about a person, how an erasure treats it, how it appears in an access copy. */
export const deliveryRows: RowClasses = {
  group_checkpoint: { columns: plainColumns('group_id', 'position', 'ahead', 'parked', 'moved_at') },
  partition_offset: { columns: plainColumns('group_id', 'topic', 'partition', 'next_offset', 'moved_at') },
  stream_revision: { columns: { stream: reference, ...plainColumns('group_id', 'revision', 'position') } },
  parked_stream: {
    columns: { stream: reference, ...plainColumns('group_id', 'failure', 'parked_at') },
  },
  parked_event: {
    columns: { stream: reference, ...plainColumns('group_id', 'position', 'event_id') },
  },
};
