import type { DataSubjectEvents } from '@dittoo/contracts';
import type { Delivered } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SubjectCopyFiles } from './subject-copy-files.js';

/**
 * Keys destroyed -> the person's waiting copies are deleted. Their own keys are already destroyed.
 *
 * It destroys keys and deletes rows before the transaction of the group; a repeat changes nothing.
 */
@Controller()
export class SubjectCopyReactor {
  constructor(private readonly copies: SubjectCopyFiles) {}

  @Handles('SubjectKeysDestroyed', { group: 'rights.subjectCopies', reacts: true })
  async erased(@Payload() event: Delivered<DataSubjectEvents, 'SubjectKeysDestroyed'>): Promise<void> {
    // After an ended retention period or a removed number the person and their copy remain.
    if (event.data.requestId !== null) await this.copies.purgeOf(event.metadata.dataSubjectId);
  }
}
