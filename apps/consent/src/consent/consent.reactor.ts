import type { DataSubjectEvents } from '@dittoo/contracts';
import type { Delivered } from '@dittoo/kernel';
import { causedBy, Commands } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { recordIdOf } from './consent.controller.js';
import { consentDecider } from './consent.decider.js';

const group = 'consent.choices';

/**
 * What identity says about a person, taken into their consents: the choices of the registration form, and the end.
 *
 * Dies between the append and the checkpoint: the event comes again, the stream already holds its answer.
 */
@Controller()
export class ConsentReactor {
  constructor(private readonly commands: Commands) {}

  @EventPattern('ConsentChoicesCollected', { group })
  async choicesCollected(@Payload() event: Delivered<DataSubjectEvents, 'ConsentChoicesCollected'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId!;
    const { choices, language, noticeDigest, noticeVersion } = event.data;
    await this.commands.execute(
      consentDecider,
      subjectId,
      {
        type: 'CollectChoices',
        choices: choices.map(({ purpose, given }) => ({
          given,
          choice: {
            recordId: recordIdOf(subjectId, purpose),
            purpose,
            noticeVersion,
            noticeDigest,
            language,
            method: 'registrationForm' as const,
          },
        })),
      },
      { ...causedBy(event, group), noticeVersion },
    );
  }

  @EventPattern('SubjectKeysDestroyed', { group })
  async subjectErased(@Payload() event: Delivered<DataSubjectEvents, 'SubjectKeysDestroyed'>): Promise<void> {
    if (event.data.requestId === null) return; // a retention period ended; the person is still a customer
    const subjectId = event.metadata.dataSubjectId!;
    await this.commands.execute(consentDecider, subjectId, { type: 'InvalidateConsents' }, causedBy(event, group));
  }
}
