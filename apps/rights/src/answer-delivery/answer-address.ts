import { Clock, KeyRing } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { DataSubjects } from '../data-subject/data-subjects.js';

const actor = 'rights.answerDelivery';

/** Destroys the key of the address that the answer of one request went to. */
@Injectable()
export class AnswerAddress {
  constructor(
    private readonly keyRing: KeyRing,
    private readonly subjects: DataSubjects,
    private readonly clock: Clock,
  ) {}

  /** Safe to repeat: a destroyed key stays destroyed, and is recorded once. */
  async destroy(subjectId: string, requestId: string): Promise<void> {
    const keys = await this.keyRing.keysOf(subjectId);
    const kids = keys
      .filter(({ category, scope }) => category === 'contact' && scope === requestId)
      .map(({ kid }) => kid);
    if (kids.length === 0) return;
    const destroyed = await this.keyRing.destroy(subjectId, ['contact'], {
      at: this.clock.now(),
      requestId: null,
      kids,
    });
    await this.subjects.recordPeriodEnded(subjectId, destroyed, actor);
  }
}
