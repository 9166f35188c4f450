import { SEQUENCER, type Platform } from '@dittoo/platform';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

/**
 * Gives committed events their positions. EventStoreDB gives them itself.
 * Dies here: another process leads, or this one again after its restart.
 */
@Injectable()
export class SequencerRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(SEQUENCER) private readonly sequencer: Platform['sequencer']) {}

  onApplicationBootstrap(): void {
    this.sequencer?.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sequencer?.stop();
  }
}
