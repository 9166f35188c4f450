import { marketingPurposes } from '@dittoo/contracts';
import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import { Recipients } from '../disclosed/recipients.query.js';
import { IDENTITY_CONFIG, type IdentityConfig } from '../identity.config.js';
import { LegalHolds } from '../legal-hold/legal-holds.query.js';
import { OrderStandings } from '../order-standing/order-standing.query.js';
import { erasureScope, withFiscalYearEnd, withHolds } from './erasure-scope.js';
import { otherObjectablePurposes } from './objectable-purposes.js';
import type { ErasureScope } from './rights-request.js';
import type { OfficersRequest, RequestPreview } from './rights-request.http.js';

/** What an approval would do now: what goes, what stays, why, until when, and who is told. */
@Injectable()
export class Previews {
  private readonly register: Register;

  constructor(
    private readonly orders: OrderStandings,
    private readonly holds: LegalHolds,
    private readonly recipients: Recipients,
    private readonly clock: Clock,
    @Inject(IDENTITY_CONFIG) config: IdentityConfig,
    @Inject(REGISTER) register: Register,
  ) {
    this.register = withFiscalYearEnd(register, config.fiscalYearEnd);
  }

  /** `null` = there is nothing left to decide. */
  async of({ kind, state, subjectId }: OfficersRequest): Promise<RequestPreview | null> {
    if (state !== 'referred') return null;
    const { erase, retain } = kind === 'erasure' ? await this.scope(subjectId) : { erase: [], retain: [] };
    const purposes = kind === 'objection' ? [...marketingPurposes, ...otherObjectablePurposes(this.register)] : [];
    return { erase, retain, purposes, recipients: await this.told(kind, subjectId) };
  }

  private async scope(subjectId: string): Promise<ErasureScope> {
    const now = this.clock.now();
    const all = erasureScope(this.register, await this.orders.of(subjectId), now);
    return withHolds(all, await this.holds.inForce(subjectId, now));
  }

  private async told(kind: string, subjectId: string): Promise<RequestPreview['recipients']> {
    if (kind !== 'erasure' && kind !== 'restriction' && kind !== 'rectification') return [];
    return (await this.recipients.of(subjectId)).flatMap(({ processorId, fields }) => {
      const processor = this.register.processors[processorId];
      if (processor === undefined) return [];
      const { capability } = processor.erasure;
      return [{ processorId, processorName: processor.name, fields, capability }];
    });
  }
}
