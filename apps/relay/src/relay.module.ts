import { SequencerWorker, type ServiceDefinition } from '@dittoo/platform';
import { Module, type DynamicModule } from '@nestjs/common';
import { relaySchema } from './relay.migrations.js';
import { RelayRunner } from './publish/relay.worker.js';

/** Event store -> transport. One runner, one lease; and positions, without which there is nothing to relay. */
@Module({})
export class RelayModule {
  static register(platform: DynamicModule): DynamicModule {
    return { module: RelayModule, imports: [platform], providers: [SequencerWorker, RelayRunner] };
  }
}

/** The relay as a process runs it. */
export const relayService: ServiceDefinition = {
  schemas: [relaySchema],
  module: (platform) => RelayModule.register(platform),
};
