import { consentPurposes, type ConsentEvent, type ConsentPurpose } from '@dittoo/contracts';
import { DomainError, type OpenedEvent, type SubjectId, type Uuid } from '@dittoo/kernel';
import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { consentDecider } from './consent.decider.js';
import { historyOf } from './consent.query.js';
import { recordIdOf } from './record-id.js';

/** One consent record with all its events, oldest first. */
export interface RecordedConsent {
  readonly recordId: Uuid;
  readonly subjectId: SubjectId;
  readonly purpose: ConsentPurpose;
  readonly history: readonly OpenedEvent<ConsentEvent>[];
}

/** The consent records of a person, from their stream. */
@Injectable()
export class ConsentRecords {
  constructor(private readonly commands: Commands) {}

  /** @throws DomainError `not-found` no such record, or another person's */
  async of(subjectId: SubjectId, recordId: Uuid): Promise<RecordedConsent> {
    const purpose = consentPurposes.find((candidate) => recordIdOf(subjectId, candidate) === recordId);
    if (purpose === undefined) throw new DomainError('not-found');
    const history = historyOf((await this.commands.load(consentDecider, subjectId)).history, purpose);
    if (history.length === 0) throw new DomainError('not-found');
    return { recordId, subjectId, purpose, history };
  }
}
