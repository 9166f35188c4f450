import type { ServiceDefinition } from '@dittoo/platform';
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConsentController } from './consent/consent.controller.js';
import { ConsentReactor } from './consent/consent.reactor.js';
import { consentSchema } from './consent.migrations.js';
import { PolicyArchive } from './policy/policy-archive.query.js';
import { PolicyVersion } from './policy/policy-version.entity.js';
import { PolicyController } from './policy/policy.controller.js';

/**
 * Choice in (controller, or reactor for the registration form) -> decider -> stream `consent-<subject>`.
 * The policy the choice refers to is generated from the register and archived here.
 */
@Module({})
export class ConsentModule {
  static register(platform: DynamicModule): DynamicModule {
    return {
      module: ConsentModule,
      imports: [platform, TypeOrmModule.forFeature([PolicyVersion])],
      controllers: [ConsentController, ConsentReactor, PolicyController],
      providers: [PolicyArchive],
    };
  }
}

/** Consent as a process runs it. */
export const consentService: ServiceDefinition = {
  schemas: [consentSchema],
  module: (platform) => ConsentModule.register(platform),
};
