import { plainColumns, reference, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateRelay1763800002000 implements MigrationInterface {
  readonly name = 'CreateRelay1763800002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS relay');
    await runner.query(`
      CREATE TABLE relay.checkpoint (
        transport text PRIMARY KEY, epoch bigint NOT NULL, position bigint NOT NULL DEFAULT -1,
        moved_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`
      CREATE TABLE relay.parked (
        position bigint PRIMARY KEY, stream text NOT NULL, event_id uuid NOT NULL, reason text NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT now())`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA relay CASCADE');
  }
}

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
const relayRows: RowClasses = {
  checkpoint: { columns: plainColumns('transport', 'epoch', 'position', 'moved_at') },
  parked: {
    columns: { stream: reference, ...plainColumns('position', 'event_id', 'reason', 'parked_at') },
  },
};

export const relaySchema = { schema: 'relay', migrations: [CreateRelay1763800002000], rows: relayRows };
