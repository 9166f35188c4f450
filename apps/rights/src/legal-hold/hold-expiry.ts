import { derivedId } from '@dittoo/kernel';
import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { legalHoldDecider } from './legal-hold.decider.js';
import { endHoldRow } from './legal-hold.rows.js';
import { LegalHolds } from './legal-holds.query.js';

/** The event, then the row; a row that is left behind comes again. It held nothing since its time was over. */
@Injectable()
export class HoldExpiry {
  constructor(
    private readonly commands: Commands,
    private readonly holds: LegalHolds,
    private readonly rows: DataSource,
  ) {}

  /** Ends the holds whose time is over. @returns how many */
  async expire(now: string, limit: number): Promise<number> {
    const overdue = await this.holds.overdue(now, limit);
    for (const holdId of overdue) {
      const causationId = derivedId('legalHoldExpired', holdId);
      await this.commands.execute(
        legalHoldDecider,
        holdId,
        { type: 'ExpireHold', now },
        {
          dataSubjectId: null,
          actor: { kind: 'system', id: 'rights.holdExpiry' },
          correlationId: causationId,
          causationId,
          traceparent: null,
          noticeVersion: null,
        },
      );
      await endHoldRow(this.rows.manager, holdId);
    }
    return overdue.length;
  }
}
