import type { ServiceDefinition } from '@dittoo/platform';
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Choices } from './consent/choices.js';
import { ConsentRecords } from './consent/consent-records.query.js';
import { ConsentController } from './consent/consent.controller.js';
import { ConsentReactor } from './consent/consent.reactor.js';
import { ExpiryWorker } from './standing-consent/expiry.worker.js';
import { consentSchema } from './consent.migrations.js';
import { ConfirmationTokens } from './newsletter/confirmation-tokens.js';
import { NewsletterController } from './newsletter/newsletter.controller.js';
import { NewsletterReactor } from './newsletter/newsletter.reactor.js';
import { SoftOptInController } from './newsletter/soft-opt-in.controller.js';
import { Subscriptions } from './newsletter/subscriptions.js';
import { People } from './person/people.query.js';
import { PolicyArchive } from './policy/policy-archive.query.js';
import { PolicyVersion } from './policy/policy-version.entity.js';
import { PolicyController } from './policy/policy.controller.js';
import { ReceiptKeysController } from './receipt/receipt-keys.controller.js';
import { ReceiptKeys } from './receipt/receipt-keys.js';
import { ReceiptController } from './receipt/receipt.controller.js';
import { StandingConsentProjection } from './standing-consent/standing-consent.projection.js';

/**
 * Choices arrive by controller, or by reactor for forms and objections -> decider -> stream `consent-<subject>`. A
 * non-customer's address and soft opt-in -> stream `newsletter-<subject>` -> choices. Receipts show what was chosen.
 * The policy a choice refers to is generated from the register and archived here.
 */
@Module({})
export class ConsentModule {
  static register(platform: DynamicModule): DynamicModule {
    return {
      module: ConsentModule,
      imports: [platform, TypeOrmModule.forFeature([PolicyVersion])],
      controllers: [
        ConsentController,
        ConsentReactor,
        NewsletterController,
        NewsletterReactor,
        SoftOptInController,
        StandingConsentProjection,
        ReceiptController,
        ReceiptKeysController,
        PolicyController,
      ],
      providers: [
        People,
        PolicyArchive,
        Choices,
        ConfirmationTokens,
        Subscriptions,
        ExpiryWorker,
        ConsentRecords,
        ReceiptKeys,
      ],
    };
  }
}

/** Consent as a separate process. */
export const consentService: ServiceDefinition = {
  schemas: [consentSchema],
  module: (platform) => ConsentModule.register(platform),
};
