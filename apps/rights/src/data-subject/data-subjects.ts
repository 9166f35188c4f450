import type { DataSubjectEvents, ProcessingStanding, Retention } from '@dittoo/contracts';
import { derivedId, DomainError, type DestroyedKey, type Uuid } from '@dittoo/kernel';
import { Commands, systemContext, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { standingOf } from './data-subject.js';
import { dataSubjectDecider } from './data-subject.decider.js';

/** Records the effects of rights in the person's stream. Every method is safe to repeat. */
@Injectable()
export class DataSubjects {
  constructor(private readonly commands: Commands) {}

  /**
   * The person's restrictions and objections.
   *
   * @throws DomainError `subject-erased` from the fence on
   */
  async processing(subjectId: Uuid): Promise<ProcessingStanding> {
    const { state } = await this.commands.load(dataSubjectDecider, subjectId);
    if (state.status !== 'known') throw new DomainError('subject-erased');
    return standingOf(state);
  }

  /** @throws DomainError `subject-erased` from the fence on, also while identity has not closed the account yet */
  async requireKnown(subjectId: Uuid): Promise<void> {
    await this.processing(subjectId);
  }

  /** @throws DomainError `subject-erased` from the fence on */
  async restrict(subjectId: Uuid, requestId: Uuid, context: CommandContext): Promise<void> {
    await this.commands.execute(dataSubjectDecider, subjectId, { type: 'RestrictProcessing', requestId }, context);
  }

  /**
   * Announces the end of a restriction, of which the person is informed before.
   *
   * @returns when it ends; the earlier announced time, if there is one
   * @throws DomainError `restriction-not-in-force`; `subject-erased` from the fence on
   */
  async announceLift(
    subjectId: Uuid,
    requestId: Uuid,
    liftsAt: string,
    context: CommandContext,
  ): Promise<{ readonly liftsAt: string }> {
    const command = { type: 'AnnounceLift', requestId, liftsAt } as const;
    const { state } = await this.commands.execute(dataSubjectDecider, subjectId, command, context);
    const announced = standingOf(state).restrictions.find((one) => one.requestId === requestId);
    return { liftsAt: announced?.liftsAt ?? liftsAt };
  }

  /** @throws DomainError `restriction-not-in-force` before the announced time; `subject-erased` from the fence on */
  async lift(subjectId: Uuid, requestId: Uuid, context: CommandContext): Promise<void> {
    const command = (now: string) => ({ type: 'LiftRestriction', requestId, now }) as const;
    await this.commands.execute(dataSubjectDecider, subjectId, command, context);
  }

  /** @throws DomainError `subject-erased` from the fence on */
  async object(subjectId: Uuid, requestId: Uuid, purposes: readonly string[], context: CommandContext): Promise<void> {
    const command = { type: 'ObjectToProcessing', requestId, purposes } as const;
    await this.commands.execute(dataSubjectDecider, subjectId, command, context);
  }

  /**
   * Sets the fence: from then on every service refuses personal writes, and recipients act on the event.
   *
   * @returns the request that set the fence; if it is another one, that one does the erasure
   */
  async fence(subjectId: Uuid, requestId: Uuid, context: CommandContext): Promise<Uuid> {
    const command = { type: 'RequestErasure', requestId } as const;
    const { state } = await this.commands.execute(dataSubjectDecider, subjectId, command, context);
    return 'requestId' in state ? state.requestId : requestId;
  }

  /** Records the erasure, once the keys are destroyed. */
  async recordKeysDestroyed(
    subjectId: Uuid,
    requestId: Uuid,
    keys: DataSubjectEvents['SubjectKeysDestroyed']['keys'],
    retained: readonly Retention[],
    context: CommandContext,
  ): Promise<void> {
    const command = { type: 'RecordKeysDestroyed', requestId, keys, retained } as const;
    await this.commands.execute(dataSubjectDecider, subjectId, command, context);
  }

  /** Records, once per key, keys that were destroyed at the end of their retention period. */
  async recordPeriodEnded(subjectId: Uuid, destroyed: readonly DestroyedKey[], actor: string): Promise<void> {
    const { history } = await this.commands.load(dataSubjectDecider, subjectId);
    const recorded = new Set(
      history.flatMap(({ event }) =>
        event.type === 'SubjectKeysDestroyed' ? event.data.keys.map(({ kid }) => kid) : [],
      ),
    );
    const keys = destroyed
      .filter(({ kid, requestId }) => requestId === null && !recorded.has(kid))
      .map(({ category, fingerprint, kid }) => ({ kid, category, fingerprint }));
    if (keys.length === 0) return;
    const cause = derivedId('retentionEnded', ...keys.map(({ kid }) => kid));
    const command = { type: 'RecordRetentionEnded', keys } as const;
    await this.commands.execute(dataSubjectDecider, subjectId, command, systemContext(actor, subjectId, cause));
  }
}
