import { EventStore, Sealer } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import type { CopiedEvent } from './copied-event.js';
import { SubjectHistory } from './subject-history.js';
import { SubjectStreams } from './subject-streams.js';

export { classOf, isWithheld, type CopiedEvent, type CopiedValue, type Withheld } from './copied-event.js';

/** Everything the log holds about a person: every event of theirs and every one that names them, whichever service wrote it. */
@Injectable()
export class SubjectEvents {
  constructor(
    private readonly streams: SubjectStreams,
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Everything acknowledged before this call is in it.
   *
   * @param outline gets every event once, stream by stream, with its personal fields sealed
   */
  async of(subjectId: string, outline: (event: CopiedEvent) => void = () => undefined): Promise<SubjectHistory> {
    const history = new SubjectHistory(this.store, this.sealer, subjectId, await this.streams.of(subjectId));
    await history.locate(outline);
    return history;
  }
}
