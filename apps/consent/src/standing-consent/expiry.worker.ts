import { consentPurposes, type ConsentPurpose } from '@dittoo/contracts';
import { Clock, derivedId, Loop, newId } from '@dittoo/kernel';
import { LOGGER, REGISTER } from '@dittoo/platform';
import { consentEndsAt, someConsentsEnd, type Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { consentDecider } from '../consent/consent.decider.js';

const pollMs = 1_000;
const atOnce = 100;

interface Standing {
  readonly subject_id: string;
  readonly said: number;
  readonly given_at: Date;
}

/**
 * Records the expiry of consents whose validity the register limits. No decision waits for it: code that relies on a
 * consent checks the validity itself. Idle where no consent expires, as by default.
 *
 * Dies anywhere, or runs twice: the row remains until the expiry is recorded, which happens once.
 */
@Injectable()
export class ExpiryWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new Loop(() => this.expireAll(), {
    pauseMs: pollMs,
    failed: (error) => {
      this.logger.warn({ failure: error instanceof Error ? error.name : 'unknown' }, 'consent-expiry.interrupted');
    },
  });

  constructor(
    private readonly rows: DataSource,
    private readonly commands: Commands,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (someConsentsEnd(this.register)) this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** A purpose that fails does not delay the others. */
  private async expireAll(): Promise<boolean> {
    const outcomes = await Promise.allSettled(consentPurposes.map((purpose) => this.expireDue(purpose)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return false;
  }

  private async expireDue(purpose: ConsentPurpose): Promise<void> {
    if (this.register.purposes[purpose]?.consentValidity == null) return;
    const oldest = await this.rows.query<Standing[]>(
      `SELECT subject_id, said, given_at FROM consent.standing_consent WHERE purpose = $1 ORDER BY given_at LIMIT $2`,
      [purpose, atOnce],
    );
    for (const { given_at: givenAt, said, subject_id: subjectId } of oldest) {
      const validUntil = consentEndsAt(this.register, purpose, givenAt.toISOString());
      if (validUntil === null || validUntil > this.clock.now() || this.loop.signal.aborted) return;
      const command = { type: 'ExpireConsent', purpose, said, validUntil } as const;
      await this.commands.execute(consentDecider, subjectId, command, {
        dataSubjectId: subjectId,
        actor: { kind: 'system', id: 'consent.expiry' },
        correlationId: newId(),
        causationId: derivedId('consentExpired', subjectId, purpose, validUntil),
        traceparent: null,
        noticeVersion: null,
      });
    }
  }
}
