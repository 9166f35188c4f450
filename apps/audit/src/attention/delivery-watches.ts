import { AttentionWatcher, DELIVERY, SEQUENCER, type AttentionFact, type Platform } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import { SinceSeen } from './since.js';

const sequencerPatienceMs = 30_000;

/** Whether events get positions, and whether each could be handled. The watches read the shared database. */
@Injectable()
export class DeliveryWatches {
  private readonly sequencerSince = new SinceSeen();

  constructor(
    watcher: AttentionWatcher,
    @Inject(DELIVERY) private readonly delivery: Platform['delivering'],
    @Inject(SEQUENCER) private readonly sequencer: Platform['sequencer'],
  ) {
    watcher.add({ kind: 'streamParked', where: 'audit', look: () => this.parkedStreams() });
    watcher.add({ kind: 'sequencerLagging', where: 'audit', twice: true, look: (now) => this.sequencerLag(now) });
  }

  private async parkedStreams(): Promise<AttentionFact<'streamParked'>[]> {
    const parked = await this.delivery().parkedStreams();
    return parked.map(({ failure, group, parkedAt, stream }) => ({
      key: `${group}/${stream}`,
      about: { group, stream, failure },
      since: parkedAt,
    }));
  }

  /** EventStoreDB assigns positions itself and has no sequencer. */
  private async sequencerLag(now: string): Promise<AttentionFact<'sequencerLagging'>[]> {
    if (this.sequencer === null) return [];
    const { state } = this.sequencer;
    const { oldestMs } = await this.sequencer.lag();
    const lags = state === 'broken' || oldestMs > sequencerPatienceMs;
    const since = this.sequencerSince.when(lags, new Date(Date.parse(now) - oldestMs).toISOString());
    return since === null ? [] : [{ key: 'sequencer', about: { state }, since }];
  }
}
