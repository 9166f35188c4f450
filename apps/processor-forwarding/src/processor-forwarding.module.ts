import { PLATFORM_CONFIG, REGISTER, type PlatformConfig, type ServiceDefinition } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PaymentCallbacksController } from './intake/payment-callbacks.controller.js';
import { Deliveries } from './deliveries/deliveries.query.js';
import { Delivery } from './deliveries/delivery.entity.js';
import { DeliveryProjection } from './deliveries/delivery.projection.js';
import {
  FORWARDING_CONFIG,
  readForwardingConfig,
  type ForwardingConfig,
  type ForwardingOptions,
} from './processor-forwarding.config.js';
import { ForwardingMetrics } from './attempt/attempt-metrics.js';
import { AttemptReactor } from './attempt/attempts.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { DeliveryReactor } from './worker/delivery.worker.js';
import { ErasureReactor } from './attempt/recipient-erasure.js';
import { IntakeReactor } from './intake/order.reactor.js';
import { IntentReactor } from './intake/forwarding-requests.js';
import { LetterIntakeReactor } from './intake/notification.reactor.js';
import { LetterPreparationReactor } from './attempt/mail-preparation.js';
import { MailboxRetentionReactor } from './worker/mailbox-sweep.worker.js';
import { OutcomeReactor } from './attempt/outcomes.js';
import { PreparationReactor } from './attempt/payment-preparation.js';
import { ReadingReactor } from './attempt/payment-reading.js';
import { LetterSource } from './mail/notification.query.js';
import { Source } from './source/source.query.js';
import { MailSuppression } from './gate/suppression.query.js';
import { LaneIntake } from './queue/queue-intake.js';
import { PaymentWatch } from './payment/payment-watch.js';
import { connectMail, MAIL_PROVIDER } from './mailbox/mail-provider.js';
import { HeldMailProjection } from './mailbox/held-mail.projection.js';
import { MailboxRecords } from './mailbox/mail-records.js';
import { CallbackTokens } from './payment/callback-tokens.js';
import { connectProcessors, PAYMENT_PROCESSORS } from './payment/connect-processors.js';
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
