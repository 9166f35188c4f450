import { schemaMap } from '@dittoo/contracts';
import { sessionLimits } from '@dittoo/database';
import { Clock, EventPublisher, EventStore, KeyRing, Sealer, type DataCategory } from '@dittoo/kernel';
import { ContactDirectory, EmailIndex, KeyEncryption, SuppressionList, UnsubscribeTokens } from '@dittoo/personal-data';
import { retentionEndsOn } from '@dittoo/processor-register';
import { Commands, RequestDigest, TokenVerifier } from '@dittoo/service';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AttentionItems } from '../attention/attention-items.js';
import { AttentionWatcher } from '../attention/attention-watch.worker.js';
import { GroupLag } from '../attention/group-lag.js';
import { MissingKeys, NotingSealer } from '../attention/missing-keys.js';
import { Alarms, meterAlarms } from '../operations/alarms.js';
import { WriteProbe } from '../operations/write-probe.js';
import { fetchForKeys } from '../trust/service-entrance.js';
import { HealthController } from '../host/health.controller.js';
import type { PlatformConfig } from '../config/platform.config.js';
import { ParkedStreamsController } from '../operations/parked-streams.controller.js';
import type { PersonalData } from './personal-data.js';
import { hasKeys, type PlatformWithoutKeys } from './platform.js';
import {
  BROKEN,
  DELIVERY,
  LOGGER,
  METRICS,
  PLATFORM_CONFIG,
  REGISTER,
  RETENTION_ENDS,
  ROW_POOL,
  SEQUENCER,
} from './tokens.js';

/** The last day on which data of a category is kept if its period began at `startedAt`; `form` as in the register. */
export type RetentionEnds = (category: DataCategory, startedAt: string, form?: 'full' | 'truncated') => string;

/**
 * Provides the opened platform to Nest. One instance per process: create it once and pass it to every service's
 * `register`.
 */
@Module({})
export class PlatformModule {
  /** @param isGateway the service mounts its own controller for parked streams of all services */
  static of(platform: PlatformWithoutKeys, { isGateway = false } = {}): DynamicModule {
    const { clock, config, publisher, store } = platform;
    const watcher = new AttentionWatcher(platform.attention, clock, platform.logger);
    watcher.add(new GroupLag(config.service, platform.delivering));
    const retentionEnds: RetentionEnds = (category, startedAt, form) =>
      retentionEndsOn(platform.register, category, startedAt, form);
    const alarms = new Alarms();
    meterAlarms(platform.metrics, alarms);
    alarms.raiseWhile('clock.set-back', () => platform.writeProbe.clockIsBehind);
    const parts: Provider[] = [
      { provide: EventStore, useValue: store },
      { provide: EventPublisher, useValue: publisher },
      ...(hasKeys(platform) ? partsWithKeys(platform, watcher) : []),
      { provide: Clock, useValue: clock },
      { provide: TokenVerifier, useValue: verifierOf(config, clock) },
      { provide: AttentionItems, useValue: platform.attention },
      { provide: AttentionWatcher, useValue: watcher },
      { provide: Alarms, useValue: alarms },
      { provide: WriteProbe, useValue: platform.writeProbe },
      { provide: LOGGER, useValue: platform.logger },
      { provide: REGISTER, useValue: platform.register },
      { provide: RETENTION_ENDS, useValue: retentionEnds },
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
          poolSize: config.connections.typeorm,
          applicationName: `${config.service}:typeorm`,
          retryAttempts: 3,
          extra: sessionLimits(undefined, platform.rowsRole ?? undefined),
        }),
      ],
      controllers: [HealthController, ...(isGateway ? [] : [ParkedStreamsController])],
      providers: parts,
      exports: [...parts.map((part) => (part as { provide: symbol }).provide), TypeOrmModule],
    };
  }
}

const partsWithKeys = (
  { clock, config, store, ...personalData }: PlatformWithoutKeys & PersonalData,
  watcher: AttentionWatcher,
): Provider[] => {
  const { contacts, emails, keyEncryption, keyRing, suppressions, unsubscribeTokens } = personalData;
  const missing = new MissingKeys(config.service, keyRing, () => clock.now());
  watcher.add(missing);
  const sealer = new NotingSealer(personalData.sealer, missing);
  return [
    { provide: Sealer, useValue: sealer },
    { provide: KeyRing, useValue: keyRing },
    { provide: ContactDirectory, useValue: contacts },
    { provide: EmailIndex, useValue: emails },
    { provide: SuppressionList, useValue: suppressions },
    { provide: UnsubscribeTokens, useValue: unsubscribeTokens },
    { provide: KeyEncryption, useValue: keyEncryption },
    { provide: Commands, useValue: new Commands(store, sealer, clock, schemaMap) },
    {
      provide: RequestDigest,
      useValue: { digest: (text: string) => keyEncryption.keyedHash('idempotency', text).toString('base64url') },
    },
  ];
};

const verifierOf = ({ distributed, jwksUrl }: PlatformConfig, clock: Clock): TokenVerifier =>
  new TokenVerifier(new URL(jwksUrl), clock, fetchForKeys(distributed?.upstreamTls));
