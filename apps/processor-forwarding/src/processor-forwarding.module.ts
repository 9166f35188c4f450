import { PLATFORM_CONFIG, REGISTER, type ServiceDefinition } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AttemptMetrics } from './attempt/attempt-metrics.js';
import { Attempts } from './attempt/attempts.js';
import { assertStatementsHold } from './attempt/capabilities.js';
import { LateCancellation } from './attempt/late-cancellation.js';
import { MailPreparation } from './attempt/mail-preparation.js';
import { MailWriter } from './attempt/mail-writer.js';
import { Outcomes } from './attempt/outcomes.js';
import { PaymentPreparation } from './attempt/payment-preparation.js';
import { PaymentReading } from './attempt/payment-reading.js';
import { RecipientErasure } from './attempt/recipient-erasure.js';
import { Reconciliation } from './attempt/reconciliation.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { Deliveries } from './deliveries/deliveries.query.js';
import { Delivery } from './deliveries/delivery.entity.js';
import { DeliveryProjection } from './deliveries/delivery.projection.js';
import { Standings } from './gate/standing.query.js';
import { MailSuppression } from './gate/suppression.query.js';
import { ErasureReactor } from './intake/erasure.reactor.js';
import { ForwardingRequests } from './intake/forwarding-requests.js';
import { NotificationRequests } from './intake/notification-requests.js';
import { NotificationReactor } from './intake/notification.reactor.js';
import { OrderReactor } from './intake/order.reactor.js';
import { PaymentCallbacksController } from './intake/payment-callbacks.controller.js';
import { QueueingReactor } from './intake/queueing.reactor.js';
import { RedeliveryReactor } from './intake/redelivery.reactor.js';
import { Recipients } from './ledger/recipients.js';
import { connectMail, MAIL_PROVIDER } from './mail/mail-provider.js';
import { HeldMail } from './mailbox/held-mail.js';
import { MailRecords } from './mailbox/mail-records.js';
import { MailboxSweep } from './mailbox/mailbox-sweep.js';
import { CallbackTokens } from './payment/callback-tokens.js';
import { connectProcessors, PAYMENT_PROCESSORS } from './payment/connect-processors.js';
import { PaymentWatch } from './payment/payment-watch.js';
import { FORWARDING_CONFIG, type ForwardingConfig } from './processor-forwarding.config.js';
import { forwardingSchema } from './processor-forwarding.migrations.js';
import { Lanes } from './queue/lanes.js';
import { QueueIntake } from './queue/queue-intake.js';
import { NotificationSource } from './source/notification.query.js';
import { Orders } from './source/order.query.js';
import { Personnummers } from './source/personnummer.query.js';
import { SealedValues } from './source/sealed-values.query.js';
import { DeliveryWorker } from './worker/delivery.worker.js';
import { HeldDeliveries } from './worker/held-deliveries.js';
import { MailboxReachability } from './worker/mailbox-reachability.js';
import { MailboxSweepWorker } from './worker/mailbox-sweep.worker.js';
import { UnreadPayments } from './worker/unread-payments.js';
import { WorkerMetrics } from './worker/worker-metrics.js';

export {
  forwardingConfigOf,
  readForwardingSettings,
  type ForwardingConfig,
  type ForwardingSettings,
} from './processor-forwarding.config.js';

/**
 * Events of the shop (intake) -> a lane for each processor and data subject (queue) -> worker -> attempt: gate,
 * source, then the call (payment, mail) -> stream `forwarding-<id>` (ledger), whose events are published like all
 * others.
 */
@Module({})
export class ProcessorForwardingModule {
  constructor(@Inject(REGISTER) register: Register) {
    assertStatementsHold(register);
  }

  static register(platform: DynamicModule, config: ForwardingConfig): DynamicModule {
    const settings = { provide: FORWARDING_CONFIG, useValue: config };
    const intake = [NotificationRequests, ForwardingRequests, QueueIntake];
    const worker = [
      DeliveryWorker,
      WorkerMetrics,
      MailboxSweepWorker,
      HeldDeliveries,
      UnreadPayments,
      MailboxReachability,
    ];
    const attempt = [
      Attempts,
      ...[PaymentPreparation, MailPreparation, MailWriter],
      ...[Reconciliation, PaymentReading, LateCancellation, RecipientErasure],
      ...[Outcomes, AttemptMetrics, Lanes],
    ];
    const gate = [Standings, MailSuppression];
    const source = [Orders, Personnummers, NotificationSource, SealedValues];
    const payment = [
      CallbackTokens,
      PaymentWatch,
      {
        provide: PAYMENT_PROCESSORS,
        useFactory: connectProcessors,
        inject: [FORWARDING_CONFIG, REGISTER, CallbackTokens, PLATFORM_CONFIG],
      },
    ];
    const mail = [
      { provide: MAIL_PROVIDER, useFactory: connectMail, inject: [FORWARDING_CONFIG, REGISTER] },
      ...[MailRecords, HeldMail, MailboxSweep],
    ];
    return {
      module: ProcessorForwardingModule,
      imports: [platform, TypeOrmModule.forFeature([Delivery])],
      controllers: [
        ...[OrderReactor, NotificationReactor, QueueingReactor, ErasureReactor, RedeliveryReactor],
        ...[PaymentCallbacksController, DeliveryProjection, DeliveriesController],
      ],
      providers: [
        settings,
        ...intake,
        ...worker,
        ...attempt,
        ...gate,
        ...source,
        ...payment,
        ...mail,
        Recipients,
        Deliveries,
      ],
    };
  }
}

/** Forwarding as a process runs it. */
export const processorForwardingServiceWith = (config: ForwardingConfig): ServiceDefinition => ({
  schemas: [forwardingSchema],
  module: (platform) => ProcessorForwardingModule.register(platform, config),
});
