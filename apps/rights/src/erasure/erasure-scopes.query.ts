import { Clock, type DataCategory } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import { LegalHolds } from '../legal-hold/legal-holds.query.js';
import { Orders } from '../person/orders.query.js';
import type { SubjectStream } from '../person/subject-streams.js';
import { SubjectRetention } from '../retention/subject-retention.query.js';
import type { ErasureScope } from '../rights-request/rights-request.js';
import { blockersOf, confirmedScope, erasureScope, withHolds } from './erasure-scope.js';

/** The scope of an erasure, and the reasons why it cannot be done now. */
export interface JudgedErasure {
  readonly scope: ErasureScope;
  readonly blockers: readonly string[];
}

/** Scopes of erasures, from the person's orders, periods and legal holds as the log has them now. */
@Injectable()
export class ErasureScopes {
  constructor(
    private readonly orders: Orders,
    private readonly retention: SubjectRetention,
    private readonly holds: LegalHolds,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  /**
   * @param streams the person's streams, read to their end now
   * @param kept categories that an officer keeps in addition
   */
  async judge(
    subjectId: string,
    streams: readonly SubjectStream[],
    kept: readonly DataCategory[] = [],
  ): Promise<JudgedErasure> {
    const { holds, lastDays, now, orders } = await this.facts(subjectId, streams);
    const scope = withHolds(erasureScope(this.register, orders, now, kept, lastDays), holds);
    return { scope, blockers: blockersOf(orders, holds) };
  }

  /** The same for an already decided scope. @param streams the person's streams, read to their end now */
  async confirm(subjectId: string, streams: readonly SubjectStream[], decided: ErasureScope): Promise<JudgedErasure> {
    const { holds, lastDays, orders } = await this.facts(subjectId, streams);
    const scope = withHolds(confirmedScope(this.register, decided, orders, lastDays), holds);
    return { scope, blockers: blockersOf(orders, holds) };
  }

  private async facts(subjectId: string, streams: readonly SubjectStream[]) {
    const now = this.clock.now();
    return {
      now,
      orders: await this.orders.among(subjectId, streams),
      holds: await this.holds.inForce(subjectId, now),
      lastDays: await this.retention.among(subjectId, streams),
    };
  }
}
