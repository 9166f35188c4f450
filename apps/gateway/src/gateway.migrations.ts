import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateGateway1763800003000 implements MigrationInterface {
  readonly name = 'CreateGateway1763800003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS gateway');
    await runner.query(`
      CREATE TABLE gateway.access_log (
        id uuid NOT NULL, at timestamptz NOT NULL, method text NOT NULL, route text NOT NULL, status int NOT NULL,
        duration_ms real NOT NULL, ip jsonb NOT NULL)`);
    await runner.query('CREATE INDEX ON gateway.access_log USING brin (at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA gateway CASCADE');
  }
}

export const gatewaySchema = { schema: 'gateway', migrations: [CreateGateway1763800003000] };
