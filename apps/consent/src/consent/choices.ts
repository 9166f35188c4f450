import type { CollectionMethod, ConsentChoice, ConsentPurpose } from '@dittoo/contracts';
import { Clock, type SubjectId } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands, type CommandContext } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { consentDecider } from './consent.decider.js';
import { consentStates } from './consent.query.js';
import { recordIdOf } from './record-id.js';

/** What was said about one purpose, on which notice, how. */
export type Choice = Omit<ConsentChoice, 'recordId'>;

/** A person's choices by their consent stream, for what leads to them by another way than My account. */
@Injectable()
export class Choices {
  constructor(
    private readonly commands: Commands,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  /** @throws DomainError `subject-erased` */
  async give(subjectId: SubjectId, choice: Choice, context: CommandContext): Promise<void> {
    const recordId = recordIdOf(subjectId, choice.purpose);
    const command = { type: 'ChooseConsent', given: true, choice: { ...choice, recordId } } as const;
    await this.commands.execute(consentDecider, subjectId, command, context);
  }

  /** Ends what is given of these purposes; nothing given, nothing happens, also for who was erased. */
  async end(
    subjectId: SubjectId,
    purposes: readonly string[],
    method: CollectionMethod,
    context: CommandContext,
  ): Promise<void> {
    await this.commands.execute(consentDecider, subjectId, { type: 'EndConsents', purposes, method }, context);
  }

  /** The policy version on which consent stands now; `null` = it does not stand. */
  async standsOn(subjectId: SubjectId, purpose: ConsentPurpose): Promise<string | null> {
    const { status, noticeVersion } = (await this.states(subjectId))[purpose];
    return status === 'given' || status === 'reconfirmed' ? noticeVersion : null;
  }

  /** Did the person say no to one of these, as their last word, or is there nobody any more? */
  async declined(subjectId: SubjectId, purposes: readonly ConsentPurpose[]): Promise<boolean> {
    const states = await this.states(subjectId);
    return purposes.some((purpose) => ['refused', 'withdrawn', 'invalidated'].includes(states[purpose].status));
  }

  private async states(subjectId: SubjectId) {
    const { history, state } = await this.commands.load(consentDecider, subjectId);
    return consentStates(this.register, state, history, this.clock.now());
  }
}
