import type { MigrationInterface, QueryRunner } from 'typeorm';
import { receiptKeysWrapped } from './receipt/receipt-keys.js';

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

class CreateReceipts1763800001100 implements MigrationInterface {
  readonly name = 'CreateReceipts1763800001100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE consent.receipt_key (
        kid text PRIMARY KEY, public_jwk jsonb NOT NULL, wrapped bytea NOT NULL, kek_version int NOT NULL,
        created_at timestamptz NOT NULL)`);
    await runner.query(`
      CREATE TABLE consent.standing_consent (
        subject_id uuid NOT NULL, purpose text NOT NULL, said int NOT NULL, given_at timestamptz NOT NULL,
        PRIMARY KEY (subject_id, purpose))`);
    await runner.query('CREATE INDEX ON consent.standing_consent (purpose, given_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE consent.standing_consent, consent.receipt_key');
  }
}

export const consentSchema = {
  schema: 'consent',
  migrations: [CreateConsent1763800001000, CreateReceipts1763800001100],
  wrappedKeys: [receiptKeysWrapped],
};
