import { DELIVERY, LOGGER, type Platform } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { SubjectStreams, type SubjectStream } from './subject-streams.js';

/** How soon a decision that waits for a parked stream is tried again: a person has to take the stream up first. */
export const parkedRecheckMs = 30_000;

/** A stream of the person stands still: nothing that cannot be undone is done until it goes on. */
export class PersonIsParked extends Error {
  constructor() {
    super('a stream of the person is parked');
    this.name = 'PersonIsParked';
  }
}

/**
 * An event that could not be handled may be damaged, or the one that changes everything. As long as a stream of the
 * person stands still in any group on this database, what cannot be undone waits for the person who takes it up again.
 */
@Injectable()
export class ParkedOfPerson {
  constructor(
    private readonly streams: SubjectStreams,
    @Inject(DELIVERY) private readonly delivery: Platform['delivering'],
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Has it to wait? Then a line of the log says for which streams.
   *
   * @param decision a word of ours for what waits, and the id it is about
   * @param known the person's streams, where they are known already
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
