import { holds, keyedHash, plainColumns, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateService1763800000300 implements MigrationInterface {
  readonly name = 'CreateService1763800000300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SCHEMA IF NOT EXISTS service`);
    await runner.query(`
      CREATE TABLE service.idempotency_key (
        key_digest text PRIMARY KEY, body_digest text NOT NULL, taken_at timestamptz NOT NULL,
        status int, location text, answer jsonb)`);
    await runner.query(`CREATE INDEX ON service.idempotency_key (taken_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA service CASCADE');
  }
}

class AddLease1763800000310 implements MigrationInterface {
  readonly name = 'AddLease1763800000310';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service.lease (
        name text PRIMARY KEY, holder text NOT NULL, epoch bigint NOT NULL, expires_at timestamptz NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE service.lease');
  }
}

class AddWriteProbe1763800000320 implements MigrationInterface {
  readonly name = 'AddWriteProbe1763800000320';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service.write_probe (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), latest timestamptz NOT NULL DEFAULT '-infinity')
      WITH (fillfactor = 10)`);
    await runner.query('INSERT INTO service.write_probe DEFAULT VALUES');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE service.write_probe');
  }
}

export const serviceMigrations = [CreateService1763800000300, AddLease1763800000310, AddWriteProbe1763800000320];

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
export const serviceRows: RowClasses = {
  idempotency_key: {
    columns: {
      key_digest: keyedHash('expires', { because: 'it says that a request was sent, not what, for 24 hours' }),
      body_digest: keyedHash('expires', { because: 'it says that a request was sent, not what, for 24 hours' }),
      location: holds('the path of what was created: an id'),
      answer: holds('an answer of ids and states, kept 24 hours'),
      ...plainColumns('taken_at', 'status'),
    },
  },
  write_probe: { columns: plainColumns('one', 'latest') },
  lease: { columns: plainColumns('name', 'holder', 'epoch', 'expires_at') },
};
