import { Clock } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AUDIT_CONFIG, type AuditConfig } from '../audit.config.js';
import type { VerificationResult } from './verification.query.js';

/** The last verification of the log. */
export interface LastVerification {
  readonly verdict: VerificationResult['verdict'];
  readonly verifiedAt: string;
}

/** When the log was verified, and with what result. In rows, because to verify the log must not change it. */
@Injectable()
export class VerificationRecord {
  constructor(
    @Inject(ROW_POOL) private readonly pool: Pool,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    private readonly clock: Clock,
  ) {}

  async add({ problems, treeSize, verdict }: VerificationResult): Promise<void> {
    await this.pool.query(
      `INSERT INTO audit.verification (origin, verdict, tree_size, problems, verified_at) VALUES ($1, $2, $3, $4, $5)`,
      [this.config.origin, verdict, treeSize, problems.length, this.clock.now()],
    );
  }

  /** `null` = it never was. */
  async last(): Promise<LastVerification | null> {
    const { rows } = await this.pool.query<{ verdict: LastVerification['verdict']; verified_at: Date }>(
      'SELECT verdict, verified_at FROM audit.verification WHERE origin = $1 ORDER BY id DESC LIMIT 1',
      [this.config.origin],
    );
    return rows[0] === undefined ? null : { verdict: rows[0].verdict, verifiedAt: rows[0].verified_at.toISOString() };
  }
}
