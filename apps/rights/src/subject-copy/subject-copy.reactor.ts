import type { DataSubjectEvents } from '@dittoo/contracts';
import type { Delivered } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SubjectCopyFiles } from './subject-copy-files.js';

/**
 * Keys destroyed -> no copy of that person waits any more. What the copy was sealed with is gone already.
 *
 * Destroys keys and deletes rows of its own before the transaction of the group; repeating it changes nothing.
 */
@Controller()
export class SubjectCopyReactor {
  constructor(private readonly copies: SubjectCopyFiles) {}

  @Handles('SubjectKeysDestroyed', { group: 'rights.subjectCopies', reacts: true })
  async erased(@Payload() event: Delivered<DataSubjectEvents, 'SubjectKeysDestroyed'>): Promise<void> {
    // A retention period that ended, or a number taken back, leaves the person and the copy asked for.
    if (event.data.requestId !== null) await this.copies.purgeOf(event.metadata.dataSubjectId);
  }
}
