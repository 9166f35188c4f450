import { Injectable } from '@nestjs/common';
import { ErasureScopes } from '../erasure/erasure-scopes.query.js';
import { Customers } from '../person/customers.query.js';
import { isSomethingHeld } from '../person/held-streams.js';
import { SubjectStreams } from '../person/subject-streams.js';
import type { Facts } from '../rights-request/request-kind.js';
import { requestKinds } from '../rights-request/request-kinds.js';
import type { Received } from '../rights-request/rights-request.js';

/** The facts a request is judged by, read from the log to its end; only those its kind needs. */
@Injectable()
export class JudgementFacts {
  constructor(
    private readonly customers: Customers,
    private readonly streams: SubjectStreams,
    private readonly scopes: ErasureScopes,
  ) {}

  /** @throws EventStoreUnavailable the log does not settle: the request cannot be judged now */
  async of({ identifiedBy, kind }: Received, subjectId: string): Promise<Facts> {
    const { judgedBy } = requestKinds[kind];
    // Only customers sign in, and only their accounts go unused.
    const surely = identifiedBy === 'freshReauthentication' || identifiedBy === 'retentionPeriod';
    const isCustomer = surely || (await this.customers.isCustomer(subjectId));
    const isByStreams = judgedBy === 'erasureScope' || (judgedBy === 'heldData' && !isCustomer);
    const streams = isByStreams ? await this.streams.of(subjectId) : [];
    return {
      isCustomer,
      isSomethingHeld: isCustomer || isSomethingHeld(streams),
      erasure: judgedBy === 'erasureScope' ? await this.scopes.judge(subjectId, streams) : null,
    };
  }
}
