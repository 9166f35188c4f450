var __decorate =
  (this && this.__decorate) ||
  function (decorators, target, key, desc) {
    var c = arguments.length,
      r = c < 3 ? target : desc === null ? (desc = Object.getOwnPropertyDescriptor(target, key)) : desc,
      d;
    if (typeof Reflect === 'object' && typeof Reflect.decorate === 'function')
      r = Reflect.decorate(decorators, target, key, desc);
    else
      for (var i = decorators.length - 1; i >= 0; i--)
        if ((d = decorators[i])) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return (c > 3 && r && Object.defineProperty(target, key, r), r);
  };
var IdentityModule_1;
import { Module } from '@nestjs/common';
import { AccountUses } from './customer/account-uses.js';
import { CustomerCredentials } from './customer/customer-credentials.query.js';
import { CustomerStanding } from './customer/customer-standing.query.js';
import { CustomerReactor } from './customer/customer.reactor.js';
import { PersonnummerConsent } from './customer/personnummer-consent.query.js';
import { PersonnummerController } from './customer/personnummer.controller.js';
import { ProfileController } from './customer/profile.controller.js';
import { RegistrationController } from './customer/registration.controller.js';
import { IDENTITY_CONFIG, readIdentityConfig } from './identity.config.js';
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
import { FirstStartReactor } from './staff/first-start.reactor.js';
import { StaffCredentials } from './staff/staff-credentials.query.js';
import { SubjectSearchController } from './subject-search/subject-search.controller.js';
export { FirstOfficer } from './staff/first-officer.js';
/** Who somebody is: a person registers, signs in, sees to their data; staff sign in; an officer finds a person. */
let IdentityModule = (IdentityModule_1 = class IdentityModule {
  static register(platform, config = readIdentityConfig()) {
    return {
      module: IdentityModule_1,
      imports: [platform],
      controllers: [
        RegistrationController,
        SessionController,
        SessionReactor,
        JwksController,
        ProfileController,
        PersonnummerController,
        CustomerReactor,
        SubjectSearchController,
      ],
      providers: [
        { provide: IDENTITY_CONFIG, useValue: config },
        FirstOfficer,
        FirstStartReactor,
        Passwords,
        StaffCredentials,
        CustomerCredentials,
        CustomerStanding,
        PersonnummerConsent,
        AccountUses,
        SignInBrake,
        SigningKeys,
        AccessTokens,
        Sessions,
      ],
      exports: [FirstOfficer],
    };
  }
});
IdentityModule = IdentityModule_1 = __decorate([Module({})], IdentityModule);
export { IdentityModule };
/** Identity as a process runs it; specs hand in their configuration. */
export const identityServiceWith = (config) => ({
  schemas: [identitySchema],
  module: (platform) => IdentityModule.register(platform, config),
});
export const identityService = identityServiceWith();
//# sourceMappingURL=identity.module.js.map
