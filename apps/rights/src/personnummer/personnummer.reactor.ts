import type { ConsentEvents, CustomerEvents } from '@dittoo/contracts';
import { Clock, KeyRing, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller, type OnModuleInit } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { DueTasks } from '../due-task/due-task.worker.js';
import { LegalHolds } from '../legal-hold/legal-holds.query.js';
import { Customers, type KnownCustomer } from '../person/customers.query.js';
import { ParkedOfPerson, parkedRecheckMs } from '../person/parked-of-person.js';
import { PersonnummerGround } from './personnummer-ground.js';

const group = 'rights.personnummer';
const heldRecheckMs = 3_600_000;

type Context = EventContext<EntityManager>;

/**
 * A personnummer is removed when its ground ends: at once when consent is withdrawn, later if an invoice still needs
 * it. Rights records the end of the ground, identity removes the number, rights destroys its key.
 *
 * The handlers only write a task, together with the checkpoint; its performer reads the streams anew each time, so it
 * may be interrupted anywhere and repeated.
 */
@Controller()
export class PersonnummerReactor implements OnModuleInit {
  constructor(
    private readonly customers: Customers,
    private readonly ground: PersonnummerGround,
    private readonly parked: ParkedOfPerson,
    private readonly subjects: DataSubjects,
    private readonly keyRing: KeyRing,
    private readonly tasks: DueTasks,
    private readonly holds: LegalHolds,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tasks.perform('personnummer', (subjectId) => this.reconsider(subjectId));
  }

  @Handles('ConsentWithdrawn', { group })
  async consentWithdrawn(
    @Payload() event: Delivered<ConsentEvents, 'ConsentWithdrawn'>,
    @Ctx() context: Context,
  ): Promise<void> {
    if (event.data.purpose === 'personnummer') await this.schedule(event, context);
  }

  /** By the register a consent may expire. */
  @Handles('ConsentExpired', { group })
  async consentExpired(
    @Payload() event: Delivered<ConsentEvents, 'ConsentExpired'>,
    @Ctx() context: Context,
  ): Promise<void> {
    if (event.data.purpose === 'personnummer') await this.schedule(event, context);
  }

  @Handles('PersonnummerRemoved', { group })
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
    await this.tasks.schedule('personnummer', metadata.dataSubjectId, this.clock.now(), transaction);
  }

  /** @returns when to call it again; `null` = nothing is left to do */
  private async reconsider(subjectId: string): Promise<string | null> {
    const customer = await this.customers.of(subjectId);
    if (customer === null) return null;
    const now = this.clock.now();
    if (await this.holds.holds(subjectId, 'personnummer', now)) return later(now, heldRecheckMs);
    if (customer.removedNumberKeys.length > 0) {
      const decision = { kind: 'personnummer', id: subjectId };
      if (await this.parked.hasAny(subjectId, decision)) return later(now, parkedRecheckMs);
      await this.destroyRemoved(subjectId, customer, now);
    }
    // Another ground ends with the orders, by the retention schedule.
    if (customer.personnummer?.ground !== 'consent') return null;
    return this.ground.endWhenFree(subjectId, now);
  }

  /** Destroys the keys of removed numbers only: a number recorded later stays readable. */
  private async destroyRemoved(subjectId: string, { removedNumberKeys }: KnownCustomer, now: string): Promise<void> {
    const reason = { at: now, requestId: null, newLifecycle: true, kids: removedNumberKeys };
    const destroyed = await this.keyRing.destroy(subjectId, ['personnummer'], reason);
    await this.subjects.recordPeriodEnded(subjectId, destroyed, 'rights.personnummer');
  }
}

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
