import type { CollectionMethod, ConsentPurpose } from '@dittoo/contracts';
import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands, type CommandContext } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { Choices, type Choice } from './choices.port.js';
import { consentDecider } from './consent.decider.js';
import { consentStates } from './consent.query.js';
import { recordIdOf } from './record-id.js';

/** The choices, by the consent stream. */
@Injectable()
export class ConsentChoices extends Choices {
  constructor(
    private readonly commands: Commands,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {
    super();
  }

  override async give(subjectId: string, choice: Choice, context: CommandContext): Promise<void> {
    const recordId = recordIdOf(subjectId, choice.purpose);
    const command = { type: 'ChooseConsent', given: true, choice: { ...choice, recordId } } as const;
    await this.commands.execute(consentDecider, subjectId, command, context);
  }

  override async end(
    subjectId: string,
    purposes: readonly string[],
    method: CollectionMethod,
    context: CommandContext,
  ): Promise<void> {
    await this.commands.execute(consentDecider, subjectId, { type: 'EndConsents', purposes, method }, context);
  }

  override async standsOn(subjectId: string, purpose: ConsentPurpose): Promise<string | null> {
    const { status, noticeVersion } = (await this.states(subjectId))[purpose];
    return status === 'given' || status === 'reconfirmed' ? noticeVersion : null;
  }

  override async declined(subjectId: string, purposes: readonly ConsentPurpose[]): Promise<boolean> {
    const states = await this.states(subjectId);
    return purposes.some((purpose) => ['refused', 'withdrawn', 'invalidated'].includes(states[purpose].status));
  }

  private async states(subjectId: string) {
    const { history, state } = await this.commands.load(consentDecider, subjectId);
    return consentStates(this.register, state, history, this.clock.now());
  }
}
