import { EventStore, Sealer } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import type { CopiedEvent } from './copied-event.js';
import { SubjectHistory } from './subject-history.js';
import { SubjectStreams } from './subject-streams.js';

export { classOf, isWithheld, type CopiedEvent, type CopiedValue, type Withheld } from './copied-event.js';

/** All events about a person: their own and those that name them, of every service. */
@Injectable()
export class SubjectEvents {
  constructor(
    private readonly streams: SubjectStreams,
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Includes everything acknowledged before this call.
   *
   * @param outline called once with every event, stream by stream, with personal fields sealed
   */
  async of(subjectId: string, outline: (event: CopiedEvent) => void = () => undefined): Promise<SubjectHistory> {
    const history = new SubjectHistory(this.store, this.sealer, subjectId, await this.streams.of(subjectId));
    await history.locate(outline);
    return history;
  }
}
