import { PLATFORM_CONFIG, REGISTER, type PlatformConfig, type ServiceDefinition } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PaymentCallbacksController } from './callback/payment-callbacks.controller.js';
import { Deliveries } from './deliveries/deliveries.query.js';
import { Delivery } from './deliveries/delivery.entity.js';
import { DeliveryProjection } from './deliveries/delivery.projection.js';
import {
  FORWARDING_CONFIG,
  readForwardingConfig,
  type ForwardingConfig,
  type ForwardingOptions,
} from './forwarding.config.js';
import { ForwardingMetrics } from './forwarding.metrics.js';
import { AttemptReactor } from './forwarding/attempt.reactor.js';
import { DeliveriesController } from './forwarding/deliveries.controller.js';
import { DeliveryReactor } from './forwarding/delivery.reactor.js';
import { ErasureReactor } from './forwarding/erasure.reactor.js';
import { IntakeReactor } from './forwarding/intake.reactor.js';
import { IntentReactor } from './forwarding/intent.reactor.js';
import { LetterIntakeReactor } from './forwarding/letter-intake.reactor.js';
import { LetterPreparationReactor } from './forwarding/letter-preparation.reactor.js';
import { MailboxRetentionReactor } from './forwarding/mailbox-retention.reactor.js';
import { OutcomeReactor } from './forwarding/outcome.reactor.js';
import { PreparationReactor } from './forwarding/preparation.reactor.js';
import { ReadingReactor } from './forwarding/reading.reactor.js';
import { LetterSource } from './gate/letter.query.js';
import { Source } from './gate/source.query.js';
import { MailSuppression } from './gate/suppression.query.js';
import { LaneIntake } from './lanes/lane-intake.port.js';
import { PaymentWatch } from './lanes/payment-watch.port.js';
import { connectMail, MAIL_PROVIDER } from './mail-provider.js';
import { HeldMailProjection } from './mailbox/held-mail.projection.js';
import { MailboxRecords } from './mailbox/mailbox-records.port.js';
import { CallbackTokens } from './payment/callback-token.port.js';
import { connectProcessors, PAYMENT_PROCESSORS } from './payment/payment-processors.port.js';
import { forwardingSchema } from './processor-forwarding.migrations.js';

/**
 * What happened in the shop (intake) -> lanes, one for each processor and data subject -> workers (delivery): gate,
 * mark, call (payment), append -> stream `forwarding-<id>`, which takes the road of every other fact.
 */
@Module({})
export class ProcessorForwardingModule {
  static register(platform: DynamicModule, options: ForwardingOptions = {}): DynamicModule {
    return {
      module: ProcessorForwardingModule,
      imports: [platform, TypeOrmModule.forFeature([Delivery])],
      controllers: [
        IntakeReactor,
        LetterIntakeReactor,
        DeliveryProjection,
        HeldMailProjection,
        PaymentCallbacksController,
        DeliveriesController,
      ],
      providers: [
        { provide: FORWARDING_CONFIG, useFactory: () => readForwardingConfig(options) },
        LaneIntake,
        PaymentWatch,
        Source,
        MailSuppression,
        CallbackTokens,
        {
          provide: PAYMENT_PROCESSORS,
          useFactory: (
            config: ForwardingConfig,
            register: Register,
            tokens: CallbackTokens,
            { publicUrl }: PlatformConfig,
          ) => connectProcessors(config, register, tokens, publicUrl),
          inject: [FORWARDING_CONFIG, REGISTER, CallbackTokens, PLATFORM_CONFIG],
        },
        {
          provide: MAIL_PROVIDER,
          useFactory: connectMail,
          inject: [FORWARDING_CONFIG, REGISTER],
        },
        LetterSource,
        MailboxRecords,
        IntentReactor,
        PreparationReactor,
        LetterPreparationReactor,
        ErasureReactor,
        OutcomeReactor,
        ReadingReactor,
        AttemptReactor,
        DeliveryReactor,
        MailboxRetentionReactor,
        Deliveries,
        ForwardingMetrics,
      ],
    };
  }
}

/** Forwarding as a process runs it; `options` connect it to the sandbox. */
export const processorForwardingServiceWith = (options: ForwardingOptions): ServiceDefinition => ({
  schemas: [forwardingSchema],
  module: (platform) => ProcessorForwardingModule.register(platform, options),
});

export const processorForwardingService: ServiceDefinition = processorForwardingServiceWith({});
