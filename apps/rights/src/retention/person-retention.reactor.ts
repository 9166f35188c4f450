import type { ConsentEvents, CustomerEvents, DataSubjectEvents, NewsletterEvents } from '@dittoo/contracts';
import { keyNamed, type DataCategory, type Delivered, type EventContext } from '@dittoo/kernel';
import { dayOf } from '@dittoo/processor-register';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { AccountActivity } from './account-activity.js';
import { RetentionDays } from './retention-days.js';
import { endCategory, forgetRow, keepUntil, keepUntilAtLeast, moveLastDay, wholeCategory } from './retention-rows.js';

const group = 'rights.retention';

type Context = EventContext<EntityManager>;
type OfOnePurpose = Pick<
  Delivered<ConsentEvents, 'ConsentWithdrawn' | 'ConsentExpired' | 'ConsentGiven'>,
  'data' | 'metadata'
>;
type SubjectEvent<Type extends keyof DataSubjectEvents & string> = Delivered<DataSubjectEvents, Type>;

/** What a person does and chooses -> when the account was last used, and until when evidence and contacts are kept. */
@Controller()
export class PersonRetentionReactor {
  constructor(
    private readonly days: RetentionDays,
    private readonly activity: AccountActivity,
  ) {}

  @EventPattern<string>('CustomerRegistered', { group })
  registered(
    @Payload() event: Delivered<CustomerEvents, 'CustomerRegistered'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    return this.activity.registered(transaction, event.metadata.dataSubjectId!, event.metadata.recordedAt);
  }

  @EventPattern<string>('AccountUsed', { group })
  used(@Payload() event: Delivered<CustomerEvents, 'AccountUsed'>, @Ctx() { transaction }: Context): Promise<void> {
    return this.activity.used(transaction, event.metadata.dataSubjectId!, event.data.on);
  }

  @EventPattern<string>('InactivityNoticed', { group })
  noticed(@Payload() event: SubjectEvent<'InactivityNoticed'>, @Ctx() { transaction }: Context): Promise<void> {
    return this.activity.announced(transaction, event.metadata.dataSubjectId!, event.data.erasesAt);
  }

  /** What an erasure took needs no day any more; what a legal hold kept from it goes when the hold ends. */
  @EventPattern<string>('SubjectKeysDestroyed', { group })
  async keysDestroyed(
    @Payload() { data, metadata }: SubjectEvent<'SubjectKeysDestroyed'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    if (data.requestId === null) return;
    const subjectId = metadata.dataSubjectId!;
    for (const { kid } of data.keys) {
      const key = keyNamed(kid);
      if (key !== null) await forgetRow(transaction, subjectId, key.category, key.scope ?? wholeCategory);
    }
    await this.activity.ended(transaction, subjectId);
    const over = this.days.overAt(metadata.recordedAt);
    for (const { category, reason, scopes } of data.retained) {
      if (reason !== 'legalHold') continue;
      for (const scope of scopes ?? []) await moveLastDay(transaction, category as DataCategory, scope, over);
      // The books have a day of their own for each order.
      if (scopes !== undefined || category === 'orderAccounting') continue;
      await endCategory(transaction, subjectId, category as DataCategory, over);
      await keepUntil(transaction, subjectId, category as DataCategory, wholeCategory, over);
    }
  }

  @EventPattern<string>('ConsentGiven', { group })
  given(@Payload() event: Delivered<ConsentEvents, 'ConsentGiven'>, @Ctx() context: Context): Promise<void> {
    return this.reliance(event, context, null);
  }

  @EventPattern<string>('ConsentRefused', { group })
  refused(@Payload() event: Delivered<ConsentEvents, 'ConsentRefused'>, @Ctx() context: Context): Promise<void> {
    return this.reliance(event, context, dayOf(event.metadata.recordedAt));
  }

  @EventPattern<string>('ConsentReconfirmed', { group })
  reconfirmed(
    @Payload() event: Delivered<ConsentEvents, 'ConsentReconfirmed'>,
    @Ctx() context: Context,
  ): Promise<void> {
    return this.reliance(event, context, null);
  }

  @EventPattern<string>('ConsentWithdrawn', { group })
  withdrawn(@Payload() event: Delivered<ConsentEvents, 'ConsentWithdrawn'>, @Ctx() context: Context): Promise<void> {
    return this.consentEnded(event, context);
  }

  @EventPattern<string>('ConsentExpired', { group })
  expired(@Payload() event: Delivered<ConsentEvents, 'ConsentExpired'>, @Ctx() context: Context): Promise<void> {
    return this.consentEnded(event, context);
  }

  @EventPattern<string>('ConsentsInvalidated', { group })
  async invalidated(
    @Payload() { metadata }: Delivered<ConsentEvents, 'ConsentsInvalidated'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    const subjectId = metadata.dataSubjectId!;
    await transaction.query(
      'UPDATE rights.consent_reliance SET ended_on = $2 WHERE subject_id = $1 AND ended_on IS NULL',
      [subjectId, dayOf(metadata.recordedAt)],
    );
    await this.keepEvidence(transaction, subjectId);
  }

  /** An address whose owner never said yes is kept for as long as it is asked. */
  @EventPattern<string>('NewsletterSubscriptionRequested', { group })
  async requested(
    @Payload() { data, metadata }: Delivered<NewsletterEvents, 'NewsletterSubscriptionRequested'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    const subjectId = metadata.dataSubjectId!;
    if (await this.hasAccount(transaction, subjectId)) return;
    await keepUntilAtLeast(transaction, subjectId, 'contact', wholeCategory, dayOf(data.expiresAt));
  }

  @EventPattern<string>('NewsletterSubscriptionConfirmed', { group })
  confirmed(
    @Payload() { metadata }: Delivered<NewsletterEvents, 'NewsletterSubscriptionConfirmed'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    return this.keepContact(transaction, metadata.dataSubjectId!, null);
  }

  @EventPattern<string>('NewsletterUnsubscribed', { group })
  unsubscribed(
    @Payload() { metadata }: Delivered<NewsletterEvents, 'NewsletterUnsubscribed'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    return this.keepContact(transaction, metadata.dataSubjectId!, this.days.overAt(metadata.recordedAt));
  }

  /** What rested on the consent goes; what proves it is counted from here. */
  private async consentEnded(event: OfOnePurpose, context: Context): Promise<void> {
    const { dataSubjectId, recordedAt } = event.metadata;
    await this.reliance(event, context, dayOf(recordedAt));
    const over = this.days.overAt(recordedAt);
    if (event.data.purpose === 'adMeasurement')
      await endCategory(context.transaction, dataSubjectId!, 'advertising', over);
    if (event.data.purpose === 'newsletter') await this.keepContact(context.transaction, dataSubjectId!, over);
  }

  private async reliance(
    { data, metadata }: OfOnePurpose,
    { transaction }: Context,
    endedOn: string | null,
  ): Promise<void> {
    await transaction.query(
      `INSERT INTO rights.consent_reliance (subject_id, purpose, ended_on) VALUES ($1, $2, $3)
       ON CONFLICT (subject_id, purpose) DO UPDATE SET ended_on = excluded.ended_on`,
      [metadata.dataSubjectId, data.purpose, endedOn],
    );
    await this.keepEvidence(transaction, metadata.dataSubjectId!);
  }

  /** While any of the consents is relied on, and from then on for the time of the table. */
  private async keepEvidence(transaction: EntityManager, subjectId: string): Promise<void> {
    const [{ relied, ended_on: endedOn } = { relied: true, ended_on: null }] = await transaction.query<
      { relied: boolean; ended_on: string | null }[]
    >(
      `SELECT bool_or(ended_on IS NULL) AS relied, to_char(max(ended_on), 'YYYY-MM-DD') AS ended_on
       FROM rights.consent_reliance WHERE subject_id = $1`,
      [subjectId],
    );
    const lastDay = relied || endedOn === null ? null : this.days.lastDay('consentEvidence', endedOn);
    await keepUntil(transaction, subjectId, 'consentEvidence', wholeCategory, lastDay);
  }

  /** Of people who have no account: an account's address ends with the account. */
  private async keepContact(transaction: EntityManager, subjectId: string, lastDay: string | null): Promise<void> {
    if (await this.hasAccount(transaction, subjectId)) return;
    await keepUntil(transaction, subjectId, 'contact', wholeCategory, lastDay);
  }

  private async hasAccount(transaction: EntityManager, subjectId: string): Promise<boolean> {
    const rows = await transaction.query<object[]>('SELECT FROM rights.account_activity WHERE subject_id = $1', [
      subjectId,
    ]);
    return rows.length > 0;
  }
}
