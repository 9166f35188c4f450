import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Platform } from './platform.js';
import { SEQUENCER } from './tokens.js';

/**
 * Gives committed events their positions; EventStoreDB gives them itself. Whoever needs positions to go on lists it
 * (audit, relay): one of them leads.
 *
 * Dies here: another process leads, or this one again after its restart.
 */
@Injectable()
export class SequencerWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(SEQUENCER) private readonly sequencer: Platform['sequencer']) {}

  onApplicationBootstrap(): void {
    this.sequencer?.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sequencer?.stop();
  }
}
