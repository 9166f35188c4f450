import { plainColumns, reference, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateRelay1763800002000 implements MigrationInterface {
  readonly name = 'CreateRelay1763800002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS relay');
    await runner.query(`
      CREATE TABLE relay.lease (
        name text PRIMARY KEY, holder text NOT NULL, epoch bigint NOT NULL, expires_at timestamptz NOT NULL)`);
    await runner.query(`
      CREATE TABLE relay.checkpoint (
        name text PRIMARY KEY, epoch bigint NOT NULL, position bigint NOT NULL DEFAULT -1,
        moved_at timestamptz NOT NULL DEFAULT now())`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA relay CASCADE');
  }
}

class AddParked1763800002010 implements MigrationInterface {
  readonly name = 'AddParked1763800002010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE relay.parked (
        position bigint PRIMARY KEY, stream text NOT NULL, event_id uuid NOT NULL, reason text NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT now())`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE relay.parked');
  }
}

/** What each column holds of a person, what an erasure does with it, how the copy a person gets has it. */
const relayRows: RowClasses = {
  lease: { columns: plainColumns('name', 'holder', 'epoch', 'expires_at') },
  checkpoint: { columns: plainColumns('name', 'epoch', 'position', 'moved_at') },
  parked: {
    columns: { stream: reference, ...plainColumns('position', 'event_id', 'reason', 'parked_at') },
  },
};

export const relaySchema = {
  schema: 'relay',
  migrations: [CreateRelay1763800002000, AddParked1763800002010],
  rows: relayRows,
};
