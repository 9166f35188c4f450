import type { ConsentEvents, CustomerEvents } from '@dittoo/contracts';
import { Clock, KeyRing, type Delivered, type EventContext } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import { addDuration, dayOf, retentionEndsOn, type Register } from '@dittoo/processor-register';
import { Controller, Inject, type OnModuleInit } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { DueTasks } from '../due-task/due-task.worker.js';
import { LegalHolds } from '../legal-hold/legal-holds.query.js';
import { Customers, type KnownCustomer } from '../person/customers.query.js';
import { OrderStandings } from '../person/order-standing.query.js';
import { PersonnummerConsent } from './personnummer-consent.query.js';
import { PersonnummerGround } from './ended-ground.js';

/** The group that takes in the orders: a withdrawal is seen after every order that came before it. */
const group = 'rights.requests';
const recheckMs = 5_000;
const heldRecheckMs = 3_600_000;

type Context = EventContext<EntityManager>;

/**
 * A personnummer goes when its ground ends: at once when consent is withdrawn, later where an invoice still needs it.
 * Rights says that the ground ended, identity removes the number, rights destroys its key.
 *
 * Only a task is written here, together with the checkpoint; what is to be done is read anew each time it is due, so it
 * may die anywhere and be repeated.
 */
@Controller()
export class PersonnummerReactor implements OnModuleInit {
  constructor(
    private readonly customers: Customers,
    private readonly consent: PersonnummerConsent,
    private readonly ground: PersonnummerGround,
    private readonly orders: OrderStandings,
    private readonly subjects: DataSubjects,
    private readonly keyRing: KeyRing,
    private readonly tasks: DueTasks,
    private readonly holds: LegalHolds,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  onModuleInit(): void {
    this.tasks.perform('personnummer', (subjectId) => this.reconsider(subjectId));
  }

  @EventPattern<string>('ConsentWithdrawn', { group })
  async consentWithdrawn(
    @Payload() event: Delivered<ConsentEvents, 'ConsentWithdrawn'>,
    @Ctx() context: Context,
  ): Promise<void> {
    if (event.data.purpose === 'personnummer') await this.schedule(event, context);
  }

  /** The register may let a consent end by itself. */
  @EventPattern<string>('ConsentExpired', { group })
  async consentExpired(
    @Payload() event: Delivered<ConsentEvents, 'ConsentExpired'>,
    @Ctx() context: Context,
  ): Promise<void> {
    if (event.data.purpose === 'personnummer') await this.schedule(event, context);
  }

  @EventPattern<string>('PersonnummerRemoved', { group })
  async removed(
    @Payload() event: Delivered<CustomerEvents, 'PersonnummerRemoved'>,
    @Ctx() context: Context,
  ): Promise<void> {
    await this.schedule(event, context);
  }

  private async schedule(
    { metadata }: Pick<Delivered<ConsentEvents>, 'metadata'>,
    { transaction }: Context,
  ): Promise<void> {
    if (metadata.dataSubjectId === null) return;
    await this.tasks.schedule(transaction, 'personnummer', metadata.dataSubjectId, this.clock.now());
  }

  /** @returns when to come again; `null` = nothing is left to do */
  private async reconsider(subjectId: string): Promise<string | null> {
    const customer = await this.customers.of(subjectId);
    if (customer === null) return null;
    const now = this.clock.now();
    if (await this.holds.holds(subjectId, 'personnummer', now)) return later(now, heldRecheckMs);
    await this.destroyRemoved(subjectId, customer, now);
    return this.endWithdrawn(subjectId, customer, now);
  }

  /** The keys of the numbers that were removed, and no other: the number recorded next lives on. */
  private async destroyRemoved(subjectId: string, { removedNumberKeys }: KnownCustomer, now: string): Promise<void> {
    if (removedNumberKeys.length === 0) return;
    const reason = { at: now, requestId: null, newLifecycle: true, kids: removedNumberKeys };
    const destroyed = await this.keyRing.destroy(subjectId, ['personnummer'], reason);
    await this.subjects.recordPeriodEnded(subjectId, destroyed, 'rights.personnummer');
  }

  private async endWithdrawn(subjectId: string, customer: KnownCustomer, now: string): Promise<string | null> {
    if (customer.personnummer?.ground !== 'consent' || (await this.consent.stands(subjectId))) return null;
    const { personnummerNeeded, personnummerPaidAt } = await this.orders.of(subjectId);
    if (personnummerNeeded) return later(now, recheckMs);
    // An invoice that was paid may be refunded for a while.
    const lastDay =
      personnummerPaidAt === null ? null : retentionEndsOn(this.register, 'personnummer', personnummerPaidAt);
    if (lastDay !== null && lastDay >= dayOf(now)) return `${addDuration(lastDay, 'P1D')}T00:00:00.000Z`;
    await this.ground.end(subjectId);
    return null;
  }
}

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
