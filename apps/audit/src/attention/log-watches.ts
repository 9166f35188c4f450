import { EventStore } from '@dittoo/kernel';
import { AttentionWatcher, type AttentionFact } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import { AUDIT_CONFIG, type AuditConfig } from '../audit.config.js';
import { LogSealer } from '../seal/log-sealer.worker.js';
import { VerificationRecord } from '../seal/verification-record.js';
import { SinceSeen } from './since.js';

const sealPatienceMs = 60_000;
const dayMs = 86_400_000;
const verifiedWithinMs = 35 * dayMs;

/** Whether the log is sealed, and verified often enough. */
@Injectable()
export class LogWatches {
  private readonly refusedSince = new SinceSeen();

  constructor(
    watcher: AttentionWatcher,
    private readonly store: EventStore,
    private readonly sealer: LogSealer,
    private readonly verifications: VerificationRecord,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
  ) {
    watcher.add({ kind: 'sealRefused', where: 'audit', look: (now) => this.sealRefused(now) });
    watcher.add({ kind: 'logNotSealed', where: 'audit', twice: true, look: (now) => this.notSealed(now) });
    watcher.add({ kind: 'verificationFailed', where: 'audit', look: () => this.failed() });
    watcher.add({ kind: 'verificationOverdue', where: 'audit', look: (now) => this.overdue(now) });
  }

  private sealRefused(now: string): Promise<AttentionFact<'sealRefused'>[]> {
    const since = this.refusedSince.when(this.sealer.refused !== null, now);
    return Promise.resolve(since === null ? [] : [this.about(since)]);
  }

  private async notSealed(now: string): Promise<AttentionFact<'logNotSealed'>[]> {
    const since = await this.sealer.unsealedSince();
    return since !== null && Date.parse(now) - Date.parse(since) > sealPatienceMs ? [this.about(since)] : [];
  }

  private async failed(): Promise<AttentionFact<'verificationFailed'>[]> {
    const last = await this.verifications.last();
    if (last === null || last.verdict === 'ok') return [];
    const { origin } = this.config;
    return [{ key: origin, about: { origin, verdict: last.verdict }, since: last.verifiedAt }];
  }

  private async overdue(now: string): Promise<AttentionFact<'verificationOverdue'>[]> {
    const verifiedAt = (await this.verifications.last())?.verifiedAt ?? (await this.beginning());
    if (verifiedAt === null) return [];
    const dueAt = new Date(Date.parse(verifiedAt) + verifiedWithinMs).toISOString();
    return dueAt < now ? [this.about(dueAt)] : [];
  }

  /** The time of the first event; `null` = the log is empty. */
  private async beginning(): Promise<string | null> {
    const [first] = (await this.store.readAll({ after: null, limit: 1 })).events;
    return first?.metadata.recordedAt ?? null;
  }

  private about(since: string): { key: string; about: { origin: string }; since: string } {
    const { origin } = this.config;
    return { key: origin, about: { origin }, since };
  }
}
