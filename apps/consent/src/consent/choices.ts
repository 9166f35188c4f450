import type { CollectionMethod, ConsentChoice, ConsentPurpose } from '@dittoo/contracts';
import { Clock, type SubjectId } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands, type CommandContext } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { consentDecider } from './consent.decider.js';
import { consentStates } from './consent.query.js';
import { recordIdOf } from './record-id.js';

/** An answer to one purpose: on which policy version and by which means. */
export type Choice = Omit<ConsentChoice, 'recordId'>;

/** Records a person's choices in their consent stream when they come from elsewhere than My account. */
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

  /** Withdraws the given consents among these purposes. Does nothing where none is given or the person was erased. */
  async end(
    subjectId: SubjectId,
    purposes: readonly string[],
    method: CollectionMethod,
    context: CommandContext,
  ): Promise<void> {
    await this.commands.execute(consentDecider, subjectId, { type: 'EndConsents', purposes, method }, context);
  }

  /** The policy version of the consent in force; `null` = none is in force. */
  async standsOn(subjectId: SubjectId, purpose: ConsentPurpose): Promise<string | null> {
    const { status, noticeVersion } = (await this.states(subjectId))[purpose];
    return status === 'given' || status === 'reconfirmed' ? noticeVersion : null;
  }

  /** Whether the person's last answer to one of these is no, or the person was erased. */
  async declined(subjectId: SubjectId, purposes: readonly ConsentPurpose[]): Promise<boolean> {
    const states = await this.states(subjectId);
    return purposes.some((purpose) => ['refused', 'withdrawn', 'invalidated'].includes(states[purpose].status));
  }

  private async states(subjectId: SubjectId) {
    const { history, state } = await this.commands.load(consentDecider, subjectId);
    return consentStates(this.register, state, history, this.clock.now());
  }
}
