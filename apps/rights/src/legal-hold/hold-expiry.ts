import { derivedId, DomainError } from '@dittoo/kernel';
import { LOGGER } from '@dittoo/platform';
import { Commands, systemContext } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { legalHoldDecider } from './legal-hold.decider.js';
import { endHoldRow } from './legal-hold.rows.js';
import { LegalHolds, type OverdueHold } from './legal-holds.query.js';

/**
 * Ends expired holds: appends the event, then changes the row; a row left over is handled again. An expired hold keeps
 * nothing even before that.
 */
@Injectable()
export class HoldExpiry {
  constructor(
    private readonly commands: Commands,
    private readonly holds: LegalHolds,
    private readonly rows: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Ends each hold independently: a failure is logged, and the hold stays overdue for the next turn without delaying
   * others.
   *
   * @param limit how many are read at once, and roughly how many are ended
   * @returns how many were ended
   */
  async expire(now: string, limit: number, signal: AbortSignal): Promise<number> {
    let ended = 0;
    let after: OverdueHold | null = null;
    while (ended < limit && !signal.aborted) {
      const page: readonly OverdueHold[] = await this.holds.overdue(now, limit, after);
      for (const { holdId } of page) {
        if (signal.aborted) break;
        if (await this.end(holdId, now)) ended++;
      }
      if (page.length < limit) break;
      after = page.at(-1) ?? null;
    }
    return ended;
  }

  private async end(holdId: string, now: string): Promise<boolean> {
    try {
      const context = systemContext('rights.holdExpiry', null, derivedId('legalHoldExpired', holdId));
      await this.commands.execute(legalHoldDecider, holdId, { type: 'ExpireHold', now }, context);
      await endHoldRow(this.rows.manager, holdId);
      return true;
    } catch (error) {
      const failure = error instanceof Error ? error.name : 'unknown';
      const code = error instanceof DomainError ? { code: error.code } : {};
      this.logger.warn({ holdId, failure, ...code }, 'legal-hold.expiry-failed');
      return false;
    }
  }
}
