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
 * Ends holds whose time is over: the event, then the row; a row that is left behind comes again. It held nothing since its
 * time was over.
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
   * Each hold by itself: one that fails is logged, stays overdue for the next turn, and holds up none behind it.
   *
   * @param limit how many are read at once, and about how many are ended
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
