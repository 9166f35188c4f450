import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateConsent1763800001000 implements MigrationInterface {
  readonly name = 'CreateConsent1763800001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS consent');
    await runner.query(`
      CREATE TABLE consent.policy_version (
        version text PRIMARY KEY, digest text NOT NULL, documents jsonb NOT NULL, published_at timestamptz NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA consent CASCADE');
  }
}

export const consentSchema = { schema: 'consent', migrations: [CreateConsent1763800001000] };
