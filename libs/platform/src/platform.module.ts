import { schemaMap } from '@dittoo/contracts';
import {
  Clock,
  ContactDirectory,
  EventPublisher,
  EventStore,
  KeyRing,
  Sealer,
  SuppressionList,
  UnsubscribeTokens,
} from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { Commands, RequestDigest, TokenVerifier } from '@dittoo/service';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Alarms } from './alarms.js';
import { HealthController } from './health.controller.js';
import { ParkedStreamsController } from './parked-streams.controller.js';
import type { Platform } from './platform.js';
import { BROKEN, DELIVERY, LOGGER, METRICS, PLATFORM_CONFIG, REGISTER, ROW_POOL, SEQUENCER } from './tokens.js';

/** Hands the open parts to Nest. One instance per process: make it once, give it to every service's `register`. */
@Module({})
export class PlatformModule {
  static of(platform: Platform): DynamicModule {
    const { clock, config, keyEncryption, keyRing, road, sealer, store } = platform;
    const parts: Provider[] = [
      { provide: EventStore, useValue: store },
      { provide: EventPublisher, useValue: road },
      { provide: Sealer, useValue: sealer },
      { provide: KeyRing, useValue: keyRing },
      { provide: ContactDirectory, useValue: platform.contacts },
      { provide: SuppressionList, useValue: platform.suppressions },
      { provide: UnsubscribeTokens, useValue: platform.unsubscribeTokens },
      { provide: KeyEncryption, useValue: keyEncryption },
      { provide: Clock, useValue: clock },
      { provide: Commands, useValue: new Commands(store, sealer, clock, schemaMap) },
      { provide: TokenVerifier, useValue: new TokenVerifier(new URL(config.jwksUrl), clock) },
      {
        provide: RequestDigest,
        useValue: { digest: (text: string) => keyEncryption.keyedHash('idempotency', text).toString('base64url') },
      },
      { provide: Alarms, useValue: new Alarms() },
      { provide: LOGGER, useValue: platform.logger },
      { provide: REGISTER, useValue: platform.register },
      { provide: ROW_POOL, useValue: platform.pool },
      { provide: METRICS, useValue: platform.metrics },
      { provide: PLATFORM_CONFIG, useValue: config },
      { provide: BROKEN, useValue: () => platform.broken() },
      { provide: SEQUENCER, useValue: platform.sequencer },
      { provide: DELIVERY, useValue: platform.delivering },
    ];
    return {
      module: PlatformModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url: platform.rowsUrl,
          autoLoadEntities: true,
          synchronize: false,
          logging: false,
          poolSize: 16,
          applicationName: `${config.service}:typeorm`,
          retryAttempts: 3,
          ...(platform.rowsRole === null ? {} : { extra: { options: `-c role=${platform.rowsRole}` } }),
        }),
      ],
      controllers: [HealthController, ParkedStreamsController],
      providers: parts,
      exports: [...parts.map((part) => (part as { provide: symbol }).provide), TypeOrmModule],
    };
  }
}
