import type { ServiceDefinition } from '@dittoo/platform';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountUses } from './customer/account-uses.port.js';
import { CustomerCredentials } from './customer/customer-credentials.query.js';
import { CustomerErasure } from './customer/customer-erasure.js';
import { CustomerRetention } from './customer/customer-retention.port.js';
import { CustomerStanding } from './customer/customer-standing.query.js';
import { EmailIndexReactor } from './customer/email-index.reactor.js';
import { NotedAccountUses } from './customer/noted-account-uses.js';
import { PersonnummerConsent } from './customer/personnummer-consent.query.js';
import { PersonnummerRemoval } from './customer/personnummer-removal.js';
import { PersonnummerController } from './customer/personnummer.controller.js';
import { PersonnummerReactor } from './customer/personnummer.reactor.js';
import { ProfileController } from './customer/profile.controller.js';
import { RegistrationController } from './customer/registration.controller.js';
import { CustomerRights } from './customer/customer-rights.js';
import { StreamCustomerRetention } from './customer/stream-customer-retention.js';
import { SubjectErasure } from './customer/subject-erasure.port.js';
import { SubjectRights } from './customer/subject-rights.port.js';
import { DisclosedField } from './disclosed/disclosed-field.entity.js';
import { DisclosedFieldProjection } from './disclosed/disclosed-field.projection.js';
import { Recipients } from './disclosed/recipients.query.js';
import { DueTaskWorker } from './due-task/due-task.worker.js';
import { DueTasks } from './due-task/due-tasks.port.js';
import { EmailIndex } from './email-index/email-index.port.js';
import { PostgresEmailIndex } from './email-index/postgres-email-index.js';
import { IDENTITY_CONFIG, readIdentityConfig, type IdentityConfig } from './identity.config.js';
import { identitySchema } from './identity.migrations.js';
import { KnownContact } from './known-contact/known-contact.entity.js';
import { KnownContactProjection } from './known-contact/known-contact.projection.js';
import { KnownContacts } from './known-contact/known-contacts.query.js';
import { DecidedHoldExpiry } from './legal-hold/decided-hold-expiry.js';
import { HoldExpiry } from './legal-hold/hold-expiry.port.js';
import { LegalHoldController } from './legal-hold/legal-hold.controller.js';
import { LegalHoldProjection } from './legal-hold/legal-hold.projection.js';
import { LegalHolds } from './legal-hold/legal-holds.query.js';
import { OrderStanding } from './order-standing/order-standing.entity.js';
import { OrderStandingProjection } from './order-standing/order-standing.projection.js';
import { OrderStandings } from './order-standing/order-standing.query.js';
import { Argon2Passwords } from './password/argon2-passwords.js';
import { Passwords } from './password/passwords.port.js';
import { RecipientTask } from './recipient-task/recipient-task.entity.js';
import { RecipientTaskProjection } from './recipient-task/recipient-task.projection.js';
import { RecipientTasks } from './recipient-task/recipient-tasks.query.js';
import { CertificateController } from './rights-request/certificate.controller.js';
import { Certificates } from './rights-request/certificates.query.js';
import { CopyEndReactor } from './rights-request/copy-end.reactor.js';
import { CopyHandover } from './rights-request/copy-handover.js';
import { CopyRemoval } from './rights-request/copy-removal.js';
import { AccountActivity } from './retention/account-activity.js';
import { Due } from './retention/due.query.js';
import { MessageRetentionReactor } from './retention/message-retention.reactor.js';
import { OrderRetentionReactor } from './retention/order-retention.reactor.js';
import { PersonRetentionReactor } from './retention/person-retention.reactor.js';
import { RequestRetentionReactor } from './retention/request-retention.reactor.js';
import { RetentionCalendar } from './retention/retention-calendar.js';
import { RetentionScheduler } from './retention/retention.reactor.js';
import { DecidedErasureByRetention } from './rights-request/decided-erasure-by-retention.js';
import { ErasureByRetention } from './rights-request/erasure-by-retention.port.js';
import { ErasureReactor } from './rights-request/erasure.reactor.js';
import { ExecutionReactor } from './rights-request/execution.reactor.js';
import { JudgementReactor } from './rights-request/judgement.reactor.js';
import { OfficerController } from './rights-request/officer.controller.js';
import { OtherRequests } from './rights-request/other-requests.js';
import { PrivacyRequestController } from './rights-request/privacy-request.controller.js';
import { ProcessingController } from './rights-request/processing.controller.js';
import { RecipientTaskController } from './rights-request/recipient-task.controller.js';
import { RectificationReactor } from './rights-request/rectification.reactor.js';
import { RequestsInFlight } from './rights-request/requests-in-flight.js';
import { RestrictionLiftReactor } from './rights-request/restriction-lift.reactor.js';
import { RightsRequestController } from './rights-request/rights-request.controller.js';
import { RightsRequestRow } from './rights-request/rights-request.entity.js';
import { RightsRequestProjection } from './rights-request/rights-request.projection.js';
import { RightsRequests } from './rights-request/rights-request.query.js';
import { SubjectCopies } from './rights-request/subject-copies.port.js';
import { AccessTokens } from './session/access-tokens.js';
import { JwksController } from './session/jwks.controller.js';
import { SessionController } from './session/session.controller.js';
import { SignedInSessions } from './session/sessions.port.js';
import { Sessions } from './session/sessions.js';
import { SignInBrake } from './session/sign-in-brake.js';
import { KeySignatures } from './session/key-signatures.js';
import { Signatures } from './session/signatures.port.js';
import { SigningKeys } from './session/signing-keys.js';
import { FirstOfficer } from './staff/first-officer.js';
import { FirstStartReactor } from './staff/first-start.reactor.js';
import { StaffCredentials } from './staff/staff-credentials.query.js';
import { CopySignature, CopySigningKey } from './subject-copy/copy-signature.js';
import { SubjectCopyFiles } from './subject-copy/subject-copy-files.js';
import { SubjectCopyReactor } from './subject-copy/subject-copy.reactor.js';
import { SubjectEvents } from './subject-copy/subject-events.query.js';
import { SubjectRows } from './subject-copy/subject-rows.query.js';
import { SubjectStreams } from './subject-copy/subject-streams.js';
import { SubjectSearchController } from './subject-search/subject-search.controller.js';

// Folders do not know each other; that what one asks for is what the other has, the compiler says here.
const subjectCopies: Type<SubjectCopies> = SubjectCopyFiles;
const copySigningKey: Type<CopySigningKey> = SigningKeys;

export { FirstOfficer } from './staff/first-officer.js';

/**
 * A person comes in (registration), signs in (session), sees to their data (profile, personnummer), and asks to be
 * forgotten: request -> judged by the standing of their orders -> erasure, step by step from the events.
 */
@Module({})
export class IdentityModule {
  static register(platform: DynamicModule, config: IdentityConfig = readIdentityConfig()): DynamicModule {
    return {
      module: IdentityModule,
      imports: [
        platform,
        TypeOrmModule.forFeature([OrderStanding, DisclosedField, KnownContact, RightsRequestRow, RecipientTask]),
      ],
      controllers: [
        RegistrationController,
        JwksController,
        SessionController,
        ProfileController,
        EmailIndexReactor,
        PersonnummerController,
        PersonnummerReactor,
        RightsRequestController,
        PrivacyRequestController,
        ProcessingController,
        OrderStandingProjection,
        DisclosedFieldProjection,
        KnownContactProjection,
        JudgementReactor,
        ErasureReactor,
        CopyEndReactor,
        RestrictionLiftReactor,
        RectificationReactor,
        RightsRequestProjection,
        RecipientTaskProjection,
        OfficerController,
        RecipientTaskController,
        CertificateController,
        SubjectSearchController,
        SubjectCopyReactor,
        OrderRetentionReactor,
        MessageRetentionReactor,
        PersonRetentionReactor,
        RequestRetentionReactor,
        LegalHoldController,
        LegalHoldProjection,
      ],
      providers: [
        { provide: IDENTITY_CONFIG, useValue: config },
        { provide: EmailIndex, useClass: PostgresEmailIndex },
        { provide: Passwords, useClass: Argon2Passwords },
        { provide: DueTasks, useClass: DueTaskWorker },
        FirstOfficer,
        FirstStartReactor,
        StaffCredentials,
        CustomerCredentials,
        CustomerStanding,
        SigningKeys,
        { provide: Signatures, useClass: KeySignatures },
        AccessTokens,
        SignInBrake,
        Sessions,
        { provide: SignedInSessions, useExisting: Sessions },
        PersonnummerConsent,
        PersonnummerRemoval,
        OrderStandings,
        Recipients,
        KnownContacts,
        RequestsInFlight,
        RightsRequests,
        RecipientTasks,
        CopyHandover,
        CopyRemoval,
        Certificates,
        ExecutionReactor,
        OtherRequests,
        { provide: SubjectErasure, useClass: CustomerErasure },
        { provide: SubjectRights, useClass: CustomerRights },
        SubjectStreams,
        SubjectEvents,
        SubjectRows,
        { provide: CopySigningKey, useExisting: copySigningKey },
        CopySignature,
        SubjectCopyFiles,
        { provide: SubjectCopies, useExisting: subjectCopies },
        { provide: CustomerRetention, useClass: StreamCustomerRetention },
        { provide: AccountUses, useClass: NotedAccountUses },
        { provide: ErasureByRetention, useClass: DecidedErasureByRetention },
        LegalHolds,
        { provide: HoldExpiry, useClass: DecidedHoldExpiry },
        RetentionCalendar,
        AccountActivity,
        Due,
        RetentionScheduler,
      ],
      exports: [FirstOfficer],
    };
  }
}

/** Identity as a process runs it; specs hand in their configuration. */
export const identityServiceWith = (config?: IdentityConfig): ServiceDefinition => ({
  schemas: [identitySchema],
  module: (platform) => IdentityModule.register(platform, config),
});

export const identityService: ServiceDefinition = identityServiceWith();
