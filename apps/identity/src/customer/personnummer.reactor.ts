import type { ConsentEvents, DataSubjectEvents } from '@dittoo/contracts';
import { Clock, derivedId, newId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Commands, type CommandContext } from '@dittoo/service';
import { Controller, type OnModuleInit } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { DueTasks } from '../due-task/due-tasks.port.js';
import { OrderStandings } from '../order-standing/order-standing.query.js';
import { profileOf } from './customer.js';
import { customerDecider } from './customer.decider.js';
import { PersonnummerConsent } from './personnummer-consent.query.js';
import { PersonnummerRemoval } from './personnummer-removal.js';

/** The group that takes in the orders: a withdrawal is seen after every order that came before it. */
const group = 'identity.rights';
const recheckMs = 5_000;

/**
 * A personnummer goes when its ground ends: at once when consent is withdrawn, later where an invoice still needs it.
 *
 * Only a task is written here, together with the checkpoint; what is to be done is read anew each time it is due, so
 * it may die anywhere and be repeated.
 */
@Controller()
export class PersonnummerReactor implements OnModuleInit {
  constructor(
    private readonly commands: Commands,
    private readonly consent: PersonnummerConsent,
    private readonly orders: OrderStandings,
    private readonly removal: PersonnummerRemoval,
    private readonly tasks: DueTasks,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tasks.perform('personnummer', (subjectId) => this.reconsider(subjectId));
  }

  @EventPattern<string>('ConsentWithdrawn', { group })
  async consentWithdrawn(
    @Payload() event: Delivered<ConsentEvents, 'ConsentWithdrawn'>,
    @Ctx() { transaction }: EventContext<EntityManager>,
  ): Promise<void> {
    if (event.data.purpose !== 'personnummer') return;
    await this.tasks.schedule(transaction, 'personnummer', event.metadata.dataSubjectId!, this.clock.now());
  }

  /** The register may let a consent end by itself. */
  @EventPattern<string>('ConsentExpired', { group })
  async consentExpired(
    @Payload() event: Delivered<ConsentEvents, 'ConsentExpired'>,
    @Ctx() { transaction }: EventContext<EntityManager>,
  ): Promise<void> {
    if (event.data.purpose !== 'personnummer') return;
    await this.tasks.schedule(transaction, 'personnummer', event.metadata.dataSubjectId!, this.clock.now());
  }

  @EventPattern<string>('PersonnummerRemoved', { group })
  async removed(@Payload() event: Delivered<DataSubjectEvents, 'PersonnummerRemoved'>): Promise<void> {
    await this.removal.complete(event.metadata.dataSubjectId!);
  }

  /** @returns when to look again; `null` = nothing is left to do */
  private async reconsider(subjectId: string): Promise<string | null> {
    const { state, revision } = await this.commands.load(customerDecider, subjectId);
    if (state.status !== 'registered' || profileOf(state)?.personnummer?.ground !== 'consent') return null;
    if (await this.consent.stands(subjectId)) return null;
    const { personnummerNeeded } = await this.orders.of(subjectId);
    if (personnummerNeeded) return new Date(Date.parse(this.clock.now()) + recheckMs).toISOString();
    await this.removal.remove(subjectId, 'consentWithdrawn', contextOf(subjectId, String(revision)));
    return null;
  }
}

const contextOf = (subjectId: string, revision: string): CommandContext => ({
  dataSubjectId: subjectId,
  actor: { kind: 'system', id: 'identity.personnummer' },
  correlationId: newId(),
  causationId: derivedId('personnummerGroundEnded', subjectId, revision),
  traceparent: null,
  noticeVersion: null,
});
