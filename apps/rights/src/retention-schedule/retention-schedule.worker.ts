import { Clock, keyNamed, KeyRing, type DataCategory, type DestroyedKey } from '@dittoo/kernel';
import { LOGGER, PLATFORM_CONFIG, ROW_POOL, type PlatformConfig } from '@dittoo/platform';
import { dayOf } from '@dittoo/processor-register';
import { LeasedWorker, type Lease } from '@dittoo/service';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { HoldExpiry } from '../legal-hold/hold-expiry.js';
import { PersonnummerGround } from '../personnummer/personnummer-ground.js';
import { EndedPeriods, retentionActor } from './ended-periods.js';
import { ErasureByRetention } from './erasure-by-retention.js';
import { DestructionBlocks } from './destruction-blocks.js';
import { Due, type DueAccount, type DuePerson } from '../retention/due.query.js';
import { RetentionDays } from '../retention/retention-days.js';
import { wholeCategory } from '../retention/retention-rules.js';

/** The categories with a row for each key. */
const everyScoped: ReadonlySet<DataCategory> = new Set<DataCategory>([
  'orderDelivery',
  'orderAccounting',
  'engagement',
  'support',
  'advertising',
]);
const batch = 200;
const pauseMs = 5_000;
export const retentionLease = 'rights.retentionSchedule';

/**
 * Destroys what is due: keys, then the event about it, then the row. Owners of unused accounts get a notice, then the
 * account is erased as if they had requested it. One process at a time, in batches, by the clock; after a long stop it
 * catches up.
 *
 * If the process dies anywhere, the row is still there, destroying the same keys again changes nothing, and the event
 * is appended once.
 */
@Injectable()
export class RetentionScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: LeasedWorker;

  constructor(
    private readonly due: Due,
    private readonly blocks: DestructionBlocks,
    private readonly keyRing: KeyRing,
    private readonly subjects: DataSubjects,
    private readonly periods: EndedPeriods,
    private readonly personnummer: PersonnummerGround,
    private readonly erasures: ErasureByRetention,
    private readonly holds: HoldExpiry,
    private readonly days: RetentionDays,
    private readonly clock: Clock,
    @Inject(ROW_POOL) pool: Pool,
    @Inject(PLATFORM_CONFIG) { host, port, service }: PlatformConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const work = (lease: Lease): Promise<boolean> => this.runBatch(lease);
    this.worker = new LeasedWorker(pool, retentionLease, `${service}@${host}:${port}`, pauseMs, work, logger);
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }

  /** @returns whether anything was done. Then there may be more. */
  async runBatch(lease: Lease): Promise<boolean> {
    const now = this.clock.now();
    const expired = await this.holds.expire(now, batch, lease.signal);
    const people = await this.blocks.freeKeys(now, batch);
    const ended = await this.each('retention', people, now, lease, (person) => this.end(person, now, lease));
    const toTell = await this.blocks.freeAccounts('accountsToTell', now, batch);
    const told = await this.each('account_activity', toTell, now, lease, (account) => this.tell(account, now));
    const toErase = await this.blocks.freeAccounts('accountsToErase', now, batch);
    const erased = await this.each('account_activity', toErase, now, lease, ({ subjectId }) =>
      this.erase(subjectId, now),
    );
    const done = expired + ended + told + erased;
    if (done > 0) {
      const waiting = await this.due.waiting(now);
      this.logger.info(
        { people: ended, accountsTold: told, erasures: erased, holdsExpired: expired, waiting },
        'retention.batch',
      );
    }
    return done > 0;
  }

  /** A failure for one person is logged and retried later; the others continue. */
  private async each<Item extends { readonly subjectId: string }>(
    table: 'retention' | 'account_activity',
    items: readonly Item[],
    now: string,
    { signal }: Lease,
    work: (item: Item) => Promise<boolean>,
  ): Promise<number> {
    let done = 0;
    for (const item of items) {
      if (signal.aborted) break;
      try {
        if (await work(item)) done++;
      } catch (error) {
        const failure = error instanceof Error ? error.name : 'unknown';
        this.logger.warn({ subjectId: item.subjectId, failure }, 'retention.failed');
        await this.due.later(table, item.subjectId, now);
      }
    }
    return done;
  }

  /** @returns `false` = nothing can be done yet */
  private async end(duePerson: DuePerson, now: string, lease: Lease): Promise<boolean> {
    // Restricted data is only stored (art. 18(2)): due keys are destroyed after the restriction is lifted.
    if (await this.periods.isRestricted(duePerson.subjectId)) {
      await this.due.postpone('retention', duePerson.subjectId, tomorrow(now));
      return false;
    }
    const person = await this.blocks.recheck(duePerson, now);
    if (person.due.length < duePerson.due.length) await this.due.later('retention', duePerson.subjectId, now);
    if (person.due.length === 0) return false;
    const destroyed = await this.destroy(person, now);
    await this.subjects.recordPeriodEnded(person.subjectId, destroyed, retentionActor);
    // A row without a key of its own is an order that needed the number.
    const ownKeys = new Set(destroyed.map(({ kid }) => keyNamed(kid)?.scope));
    const personnummer = person.due.some(({ category, scope }) => category === 'personnummer' && !ownKeys.has(scope));
    // Another order, or its refund, may still need the number; then that order's last day ends it.
    if (personnummer && !(await this.due.othersOf(person.subjectId, 'personnummer', now))) {
      await this.personnummer.end(person.subjectId, now);
    }
    await this.due.done(person, now, lease);
    return true;
  }

  private async destroy({ due, subjectId }: DuePerson, now: string): Promise<DestroyedKey[]> {
    const keys = await this.keyRing.keysOf(subjectId);
    // Only an erasure closes a category for good.
    const erased = keys.some(({ scope, state }) => scope === null && state === 'destroyed');
    const reason = { at: now, requestId: null };
    const destroyed: DestroyedKey[] = [];
    for (const category of new Set(due.map((row) => row.category))) {
      const ofCategory = keys.filter((key) => key.category === category);
      const scopes = new Set(due.filter((row) => row.category === category).map(({ scope }) => scope));
      const kids = ofCategory.flatMap(({ kid, scope }) => (scope !== null && scopes.has(scope) ? [kid] : []));
      if (kids.length > 0) destroyed.push(...(await this.keyRing.destroy(subjectId, [category], { ...reason, kids })));
      if (category === 'personnummer') continue; // a customer's number is ended by its own event
      // Keys from before scopes existed cover a whole category: they are destroyed with the last of it.
      const last = everyScoped.has(category) && !(await this.due.othersOf(subjectId, category, now));
      if (!scopes.has(wholeCategory) && !last) continue;
      const whole = ofCategory.flatMap(({ kid, scope }) => (scope === null ? [kid] : []));
      // A returning person may get new keys; an erased one may not.
      const how = erased && scopes.has(wholeCategory) ? reason : { ...reason, newLifecycle: true, kids: whole };
      if (how === reason || whole.length > 0)
        destroyed.push(...(await this.keyRing.destroy(subjectId, [category], how)));
    }
    return destroyed;
  }

  private async tell({ lastActiveOn, subjectId }: DueAccount, now: string): Promise<boolean> {
    // No notice can be sent during a restriction, and nothing ends without one: both wait for the end of the
    // restriction.
    if (await this.periods.isRestricted(subjectId)) return this.tomorrow(subjectId, now);
    // The account was used and the row is outdated: the notice is due on a later day.
    const usedOn = await this.periods.lastUsedOn(subjectId);
    if (usedOn !== null && usedOn > lastActiveOn && this.days.noticeOn(usedOn) > dayOf(now))
      return this.tomorrow(subjectId, now);
    const erasesAt = this.days.erasesAt(lastActiveOn, now);
    if (await this.periods.noticeInactivity(subjectId, erasesAt)) await this.due.told(subjectId, erasesAt);
    else await this.due.gone(subjectId);
    return true;
  }

  /** Decided from the stream, so that a sign-in counts even if the row is outdated. */
  private async erase(subjectId: string, now: string): Promise<boolean> {
    const announced = await this.periods.announcedErasure(subjectId);
    // Used since the notice: the announcement is void.
    if (announced === null) {
      await this.due.used(subjectId);
      return false;
    }
    const isTime = announced <= now && !(await this.periods.isRestricted(subjectId));
    if (isTime) await this.erasures.request(subjectId, announced);
    await this.tomorrow(subjectId, now);
    return isTime;
  }

  private async tomorrow(subjectId: string, now: string): Promise<false> {
    await this.due.postpone('account_activity', subjectId, tomorrow(now));
    return false;
  }
}

const tomorrow = (now: string): string => new Date(Date.parse(now) + 86_400_000).toISOString();
