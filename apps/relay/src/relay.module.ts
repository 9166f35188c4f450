import { SequencerWorker, type ServiceDefinition } from '@dittoo/platform';
import { Module, type DynamicModule } from '@nestjs/common';
import { relaySchema } from './relay.migrations.js';
import { RelayWatches } from './publish/relay-watches.js';
import { RelayRunner } from './publish/relay.worker.js';

/**
 * Event store -> transport. One runner under one lease, and the sequencer, without whose positions there is nothing to
 * relay.
 */
@Module({})
export class RelayModule {
  static register(platform: DynamicModule): DynamicModule {
    return { module: RelayModule, imports: [platform], providers: [SequencerWorker, RelayRunner, RelayWatches] };
  }
}

/** The relay as a separate process. */
export const relayService: ServiceDefinition = {
  schemas: [relaySchema],
  opensPersonalData: false,
  publishes: true,
  module: (platform) => RelayModule.register(platform),
};
