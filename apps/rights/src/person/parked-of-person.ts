import { DELIVERY, LOGGER, type Platform } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { SubjectStreams, type SubjectStream } from './subject-streams.js';

/** How soon a decision that waits for a parked stream is retried: an operator must replay the stream first. */
export const parkedRecheckMs = 30_000;

/** A stream of the person is parked: nothing irreversible is done until it is replayed. */
export class PersonIsParked extends Error {
  constructor() {
    super('a stream of the person is parked');
    this.name = 'PersonIsParked';
  }
}

/**
 * Finds parked streams of a person. The event that could not be handled may be damaged, or may be the one that changes
 * the decision. So while a stream of the person is parked in any group on this database, irreversible steps wait for
 * the operator who replays it.
 */
@Injectable()
export class ParkedOfPerson {
  constructor(
    private readonly streams: SubjectStreams,
    @Inject(DELIVERY) private readonly delivery: Platform['delivering'],
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Whether the decision must wait. If so, a log line names the streams.
   *
   * @param decision the kind of the waiting decision, and its id
   * @param known the person's streams, if they are already known
   */
  async hasAny(
    subjectId: string,
    decision: { readonly kind: string; readonly id: string },
    known?: readonly SubjectStream[],
  ): Promise<boolean> {
    const streams = known ?? (await this.streams.of(subjectId));
    const parked = await this.delivery().parkedAmong(streams.map(({ stream }) => stream));
    if (parked.length === 0) return false;
    this.logger.warn(
      { decision: decision.kind, id: decision.id, subjectId, parked },
      'rights.waits-for-parked-streams',
    );
    return true;
  }
}
