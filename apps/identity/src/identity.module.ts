import type { ServiceDefinition } from '@dittoo/platform';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccountUses } from './customer/account-uses.js';
import { Addresses } from './customer/addresses.js';
import { CodeTries } from './customer/code-tries.js';
import { CustomerCredentials } from './customer/customer-credentials.query.js';
import { CustomerStanding } from './customer/customer-standing.query.js';
import { CustomerReactor } from './customer/customer.reactor.js';
import { EmailConfirmationController } from './customer/email-confirmation.controller.js';
import { EmailConfirmations } from './customer/email-confirmations.js';
import { EmailTokens } from './customer/email-tokens.js';
import { PersonnummerConsent } from './customer/personnummer-consent.query.js';
import { PersonnummerController } from './customer/personnummer.controller.js';
import { ProfileController } from './customer/profile.controller.js';
import { RegistrationController } from './customer/registration.controller.js';
import { IDENTITY_CONFIG, type IdentityConfig } from './identity.config.js';
import { identitySchema } from './identity.migrations.js';
import { Passwords } from './password/passwords.js';
import { AccessTokens } from './session/access-tokens.js';
import { JwksController } from './session/jwks.controller.js';
import { SessionController } from './session/session.controller.js';
import { SessionReactor } from './session/session.reactor.js';
import { Sessions } from './session/sessions.js';
import { SignInBrake } from './session/sign-in-brake.js';
import { SigningKeys } from './session/signing-keys.js';
import { FirstOfficer } from './staff/first-officer.js';
import { FirstStart } from './staff/first-start.js';
import { StaffCredentials } from './staff/staff-credentials.query.js';
import { SubjectIndexReactor } from './subject-search/subject-index.reactor.js';
import { SubjectIndex } from './subject-search/subject-index.js';
import { SubjectSearchController } from './subject-search/subject-search.controller.js';

export { readIdentityConfig, type IdentityConfig } from './identity.config.js';
export { FirstOfficer } from './staff/first-officer.js';

/** Customers register, sign in and manage their data; staff sign in; an officer finds a data subject. */
@Module({})
export class IdentityModule {
  static register(platform: DynamicModule, config: IdentityConfig): DynamicModule {
    return {
      module: IdentityModule,
      imports: [platform],
      controllers: [
        RegistrationController,
        EmailConfirmationController,
        SessionController,
        SessionReactor,
        JwksController,
        ProfileController,
        PersonnummerController,
        CustomerReactor,
        SubjectSearchController,
        SubjectIndexReactor,
      ],
      providers: [
        { provide: IDENTITY_CONFIG, useValue: config },
        FirstOfficer,
        FirstStart,
        Passwords,
        StaffCredentials,
        CustomerCredentials,
        CustomerStanding,
        PersonnummerConsent,
        EmailTokens,
        Addresses,
        EmailConfirmations,
        CodeTries,
        AccountUses,
        SignInBrake,
        SigningKeys,
        AccessTokens,
        Sessions,
        SubjectIndex,
      ],
      exports: [FirstOfficer],
    };
  }
}

/** Identity as a process runs it. */
export const identityServiceWith = (config: IdentityConfig): ServiceDefinition => ({
  schemas: [identitySchema],
  module: (platform) => IdentityModule.register(platform, config),
});
