import { Clock, derivedId, type Uuid } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import { addDuration, dayOf, retentionEndsOn, type Register } from '@dittoo/processor-register';
import { Commands, systemContext } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { dataSubjectDecider } from '../data-subject/data-subject.decider.js';
import { Customers } from '../person/customers.query.js';
import { Orders } from '../person/orders.query.js';
import { ParkedOfPerson, parkedRecheckMs, PersonIsParked } from '../person/parked-of-person.js';
import { PersonnummerConsent } from './personnummer-consent.query.js';

const orderRecheckMs = 5_000;

/** An order still needs the number according to the log: the row by which it was due was outdated. */
export class PersonnummerNeeded extends Error {
  constructor() {
    super('an order needs the personnummer still');
    this.name = 'PersonnummerNeeded';
  }
}

/**
 * Ends the legal ground of a personnummer; identity then removes the number. Decided from the person's streams, read to
 * their end, and not while one of them is parked.
 */
@Injectable()
export class PersonnummerGround {
  constructor(
    private readonly commands: Commands,
    private readonly customers: Customers,
    private readonly consent: PersonnummerConsent,
    private readonly orders: Orders,
    private readonly parked: ParkedOfPerson,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  /**
   * Does nothing if there is no number, or if consent to it still stands. Recorded once per number.
   *
   * @throws PersonnummerNeeded, PersonIsParked retry later
   */
  async end(subjectId: Uuid, now = this.clock.now()): Promise<void> {
    const wait = await this.tryToEnd(subjectId, now);
    if (wait !== null) throw wait.because;
  }

  /** The same, but returns instead of throwing. @returns when to retry; `null` = nothing is left to do */
  async endWhenFree(subjectId: Uuid, now: string): Promise<string | null> {
    return (await this.tryToEnd(subjectId, now))?.until ?? null;
  }

  private async tryToEnd(subjectId: Uuid, now: string): Promise<Wait | null> {
    const customer = await this.customers.of(subjectId);
    const ground = customer?.personnummer?.ground;
    if (customer === null || ground === undefined) return null;
    if (ground === 'consent' && (await this.consent.stands(subjectId))) return null;
    if (await this.parked.hasAny(subjectId, { kind: 'personnummer', id: subjectId }))
      return { until: later(now, parkedRecheckMs), because: new PersonIsParked() };
    const neededUntil = await this.neededUntil(subjectId, now);
    if (neededUntil !== null) return { until: neededUntil, because: new PersonnummerNeeded() };
    const { personnummerRemovals: afterRemovals } = customer;
    const reason = ground === 'consent' ? 'consentWithdrawn' : 'groundEnded';
    const cause = derivedId(
      'personnummerGroundEnded',
      subjectId,
      String(afterRemovals),
      customer.numberKeys.at(-1) ?? '',
    );
    const command = { type: 'EndPersonnummerGround', reason, afterRemovals } as const;
    const context = systemContext('rights.personnummer', subjectId, cause);
    await this.commands.execute(dataSubjectDecider, subjectId, command, context);
    return null;
  }

  /** When to check again whether an order needs the number; `null` = none does. */
  private async neededUntil(subjectId: string, now: string): Promise<string | null> {
    const { personnummerNeeded, personnummerSettledAt } = await this.orders.of(subjectId);
    if (personnummerNeeded) return later(now, orderRecheckMs);
    if (personnummerSettledAt === null) return null;
    // A paid invoice may still be refunded for a while.
    const lastDay = retentionEndsOn(this.register, 'personnummer', personnummerSettledAt);
    return lastDay >= dayOf(now) ? `${addDuration(lastDay, 'P1D')}T00:00:00.000Z` : null;
  }
}

interface Wait {
  readonly until: string;
  readonly because: Error;
}

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
