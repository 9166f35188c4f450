import { Clock } from '@dittoo/kernel';
import { LOGGER, ROW_POOL } from '@dittoo/platform';
import { dayOf } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { AccountUses } from './account-uses.port.js';
import { CustomerRetention } from './customer-retention.port.js';

const remembered = 10_000;

/**
 * A use is an event at most once a day and account: retention counts days, so a day's first sign-in says all there is to
 * say, and the log does not fill. An account whose end is announced is always heard.
 */
@Injectable()
export class NotedAccountUses extends AccountUses {
  private readonly noted = new Map<string, string>();

  constructor(
    private readonly customers: CustomerRetention,
    private readonly clock: Clock,
    @Inject(ROW_POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super();
  }

  override async note(subjectId: string): Promise<void> {
    const today = dayOf(this.clock.now());
    if (this.noted.get(subjectId) === today) return;
    try {
      if (await this.isNews(subjectId, today)) await this.customers.recordUse(subjectId, today);
      if (this.noted.size >= remembered) this.noted.clear();
      this.noted.set(subjectId, today);
    } catch (error) {
      this.logger.warn(
        { subjectId, failure: error instanceof Error ? error.name : 'unknown' },
        'account-use.not-noted',
      );
    }
  }

  /** No row: registered a moment ago, which counts as a use. */
  private async isNews(subjectId: string, today: string): Promise<boolean> {
    const { rows } = await this.pool.query(
      'SELECT FROM identity.account_activity WHERE subject_id = $1 AND (last_active_on < $2 OR erases_at IS NOT NULL)',
      [subjectId, today],
    );
    return rows.length > 0;
  }
}
