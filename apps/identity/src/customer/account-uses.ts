import { Clock, newId, type SubjectId } from '@dittoo/kernel';
import { LOGGER } from '@dittoo/platform';
import { dayOf } from '@dittoo/processor-register';
import { Commands, systemContext } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { customerDecider } from './customer.decider.js';

const remembered = 10_000;

/**
 * Records at most one use per account and day: retention counts days, so the day's first sign-in is enough and the log
 * stays small. A failure to record does not stop the sign-in; the next sign-in records the use.
 */
@Injectable()
export class AccountUses {
  private readonly recorded = new Map<string, string>();

  constructor(
    private readonly commands: Commands,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async note(subjectId: SubjectId): Promise<void> {
    const today = dayOf(this.clock.now());
    if (this.recorded.get(subjectId) === today) return;
    try {
      await this.record(subjectId, today);
      if (this.recorded.size >= remembered) this.recorded.clear();
      this.recorded.set(subjectId, today);
    } catch (error) {
      const failure = error instanceof Error ? error.name : 'unknown';
      this.logger.warn({ subjectId, failure }, 'account-use.not-recorded');
    }
  }

  private async record(subjectId: SubjectId, on: string): Promise<void> {
    const context = systemContext('identity.accountUses', subjectId, newId());
    await this.commands.execute(customerDecider, subjectId, { type: 'RecordUse', on }, context);
  }
}
