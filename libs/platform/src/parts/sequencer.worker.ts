import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Alarms } from '../operations/alarms.js';
import type { Platform } from './platform.js';
import { SEQUENCER } from './tokens.js';

/**
 * Assigns positions to committed events; EventStoreDB assigns them itself. Services that need positions (audit, relay)
 * include it; one process leads.
 *
 * Dies here: another process leads, or this one again after its restart.
 */
@Injectable()
export class SequencerWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(SEQUENCER) private readonly sequencer: Platform['sequencer'],
    alarms: Alarms,
  ) {
    alarms.raiseWhile('log.sequencer-broken', () => sequencer?.state === 'broken');
  }

  onApplicationBootstrap(): void {
    this.sequencer?.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sequencer?.stop();
  }
}
