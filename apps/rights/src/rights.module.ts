import { REGISTER, type ServiceDefinition } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AnswerAddress } from './answer-delivery/answer-address.js';
import { AnswerDeliveryReactor } from './answer-delivery/answer-delivery.reactor.js';
import { AnswerLetters } from './answer-delivery/answer-letter.query.js';
import { DataSubjects } from './data-subject/data-subjects.js';
import { DueTasks } from './due-task/due-task.worker.js';
import { TaskClaims } from './due-task/task-claims.js';
import { CertificateSignature } from './erasure/certificate-signature.js';
import { CertificateController } from './erasure/certificate.controller.js';
import { Certificates } from './erasure/certificates.query.js';
import { ErasedKeys } from './erasure/erased-keys.js';
import { ErasureExecution } from './erasure/erasure-execution.js';
import { ErasureScopes } from './erasure/erasure-scopes.query.js';
import { ErasureReactor } from './erasure/erasure.reactor.js';
import { OtherRequests } from './erasure/other-requests.js';
import { Execution } from './execution/execution.js';
import { RectificationReactor } from './execution/rectification.reactor.js';
import { RestrictionLiftReactor } from './execution/restriction-lift.reactor.js';
import { ContactRequestReactor } from './judgement/contact-request.reactor.js';
import { JudgementFacts } from './judgement/judgement-facts.query.js';
import { JudgementReactor } from './judgement/judgement.reactor.js';
import { HoldExpiry } from './legal-hold/hold-expiry.js';
import { LegalHoldController } from './legal-hold/legal-hold.controller.js';
import { LegalHoldProjection } from './legal-hold/legal-hold.projection.js';
import { LegalHolds } from './legal-hold/legal-holds.query.js';
import { Customers } from './person/customers.query.js';
import { Orders } from './person/orders.query.js';
import { ParkedOfPerson } from './person/parked-of-person.js';
import { SubjectEvents } from './person/subject-events.query.js';
import { SubjectStreams } from './person/subject-streams.js';
import { PersonnummerConsent } from './personnummer/personnummer-consent.query.js';
import { PersonnummerGround } from './personnummer/personnummer-ground.js';
import { PersonnummerReactor } from './personnummer/personnummer.reactor.js';
import { RecipientTask } from './recipients/recipient-task.entity.js';
import { RecipientTaskProjection } from './recipients/recipient-task.projection.js';
import { RecipientTasks } from './recipients/recipient-tasks.query.js';
import { Recipients } from './recipients/recipients.query.js';
import { EnteredRequestController } from './request-intake/entered-request.controller.js';
import { OfficerController } from './request-intake/officer.controller.js';
import { PrivacyRequestController } from './request-intake/privacy-request.controller.js';
import { ProcessingController } from './request-intake/processing.controller.js';
import { RecipientTaskController } from './request-intake/recipient-task.controller.js';
import { RightsRequestController } from './request-intake/rights-request.controller.js';
import { Due } from './retention/due.query.js';
import { RetentionDays } from './retention/retention-days.js';
import { RetentionRows } from './retention/retention-rows.js';
import { RETENTION_RULES, type RetentionRules } from './retention/retention-rules.js';
import { SubjectRetention } from './retention/subject-retention.query.js';
import { RetentionReactor } from './retention/retention.reactor.js';
import { DestructionBlocks } from './retention-schedule/destruction-blocks.js';
import { EndedPeriods } from './retention-schedule/ended-periods.js';
import { ErasureByRetention } from './retention-schedule/erasure-by-retention.js';
import { RetentionScheduler } from './retention-schedule/retention-schedule.worker.js';
import { FailingTasks } from './due-task/failing-tasks.js';
import { RequestDeadlines } from './rights-request/request-deadlines.js';
import { RequestsInFlight } from './rights-request/requests-in-flight.js';
import { RightsRequestRow } from './rights-request/rights-request.entity.js';
import { RightsRequestProjection } from './rights-request/rights-request.projection.js';
import { RightsRequests } from './rights-request/rights-request.query.js';
import { RIGHTS_CONFIG, type RightsConfig } from './rights.config.js';
import { rightsSchema } from './rights.migrations.js';
import { DocumentKeysController } from './signing/document-keys.controller.js';
import { DocumentKeys } from './signing/document-keys.js';
import { CopiedPeople } from './subject-copy/copied-people.query.js';
import { CopyEndReactor } from './subject-copy/copy-end.reactor.js';
import { CopyHandover } from './subject-copy/copy-handover.js';
import { CopyRemoval } from './subject-copy/copy-removal.js';
import { CopySignature } from './subject-copy/copy-signature.js';
import { SubjectCopyFiles } from './subject-copy/subject-copy-files.js';
import { SubjectCopyReactor } from './subject-copy/subject-copy.reactor.js';
import { SubjectRows } from './subject-copy/subject-rows.query.js';

export { readRightsConfig, type RightsConfig } from './rights.config.js';

/**
 * A person's request -> identification -> decision by the rule or an officer -> execution: a copy, a restriction, an
 * objection, an erasure. Independently, retention periods end by themselves, and a legal hold stops both.
 */
@Module({})
export class RightsModule {
  static register(platform: DynamicModule, config: RightsConfig): DynamicModule {
    return {
      module: RightsModule,
      imports: [platform, TypeOrmModule.forFeature([RightsRequestRow, RecipientTask])],
      controllers: [
        // asked
        RightsRequestController,
        PrivacyRequestController,
        ProcessingController,
        OfficerController,
        EnteredRequestController,
        RecipientTaskController,
        RightsRequestProjection,
        // judged
        JudgementReactor,
        ContactRequestReactor,
        // done
        RectificationReactor,
        RestrictionLiftReactor,
        ErasureReactor,
        AnswerDeliveryReactor,
        CertificateController,
        RecipientTaskProjection,
        CopyEndReactor,
        SubjectCopyReactor,
        DocumentKeysController,
        // over
        PersonnummerReactor,
        RetentionReactor,
        LegalHoldController,
        LegalHoldProjection,
      ],
      providers: [
        { provide: RIGHTS_CONFIG, useValue: config },
        // who it is about
        Customers,
        SubjectStreams,
        SubjectEvents,
        Orders,
        ParkedOfPerson,
        DataSubjects,
        // what was asked
        RequestsInFlight,
        RightsRequests,
        RequestDeadlines,
        FailingTasks,
        ErasureScopes,
        JudgementFacts,
        // what is done
        TaskClaims,
        DueTasks,
        Execution,
        ErasureExecution,
        ErasedKeys,
        OtherRequests,
        AnswerLetters,
        AnswerAddress,
        Recipients,
        RecipientTasks,
        // what is handed out
        DocumentKeys,
        CertificateSignature,
        Certificates,
        SubjectRows,
        CopiedPeople,
        CopySignature,
        SubjectCopyFiles,
        CopyHandover,
        CopyRemoval,
        // what ends
        LegalHolds,
        HoldExpiry,
        PersonnummerConsent,
        PersonnummerGround,
        {
          provide: RETENTION_RULES,
          inject: [REGISTER],
          useFactory: (register: Register): RetentionRules => ({ register, copyLifetimeMs: config.copyLifetimeMs }),
        },
        RetentionDays,
        SubjectRetention,
        RetentionRows,
        Due,
        DestructionBlocks,
        EndedPeriods,
        ErasureByRetention,
        RetentionScheduler,
      ],
    };
  }
}

/** The service definition of rights. */
export const rightsServiceWith = (config: RightsConfig): ServiceDefinition => ({
  schemas: [rightsSchema],
  module: (platform) => RightsModule.register(platform, config),
});
