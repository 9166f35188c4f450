import { holds, plainColumns, reference, repeats, type RowClasses } from '@dittoo/kernel';
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

const wrappedKey = holds('key material, wrapped by the key-encryption key');

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
const consentRows: RowClasses = {
  policy_version: {
    columns: {
      documents: holds('the policy as published'),
      ...plainColumns('version', 'digest', 'published_at'),
    },
  },
  receipt_key: {
    columns: {
      public_jwk: holds('a public key'),
      wrapped: wrappedKey,
      ...plainColumns('kid', 'kek_version', 'created_at'),
    },
  },
  standing_consent: {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      purpose: repeats('ConsentGiven.purpose'),
      said: repeats('ConsentGiven', 'ConsentRefused', 'ConsentWithdrawn'),
      given_at: repeats('ConsentGiven'),
    },
  },
};

export const consentSchema = {
  schema: 'consent',
  migrations: [CreateConsent1763800001000, CreateReceipts1763800001100],
  wrappedKeys: [receiptKeysWrapped],
  rows: consentRows,
};
