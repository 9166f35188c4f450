import { SequencerWorker, type ServiceDefinition } from '@dittoo/platform';
import { Module, type DynamicModule } from '@nestjs/common';
import { AUDIT_CONFIG, type AuditConfig } from './audit.config.js';
import { auditSchema } from './audit.migrations.js';
import { AttentionController } from './attention/attention.controller.js';
import { Attention } from './attention/attention.query.js';
import { AttentionReactor } from './attention/attention.reactor.js';
import { DeliveryWatches } from './attention/delivery-watches.js';
import { LogWatches } from './attention/log-watches.js';
import { NumberedLog } from './seal/numbered-log.js';
import { OfficerViews } from './officer-access/officer-views.js';
import { ProcessingRecordsController } from './processing-records/processing-records.controller.js';
import { Bundle } from './seal/bundle.query.js';
import { LogSealer } from './seal/log-sealer.worker.js';
import { SealController } from './seal/seal.controller.js';
import { SealStore } from './seal/seal-store.js';
import { SigningKey } from './seal/signing-key.js';
import { VerificationRecord } from './seal/verification-record.js';
import { Verification } from './seal/verification.query.js';
import { MyTrailController } from './subject-trail/my-trail.controller.js';
import { SubjectTrailController } from './subject-trail/subject-trail.controller.js';
import { SubjectTrailProjection } from './subject-trail/subject-trail.projection.js';
import { SubjectTrail } from './subject-trail/subject-trail.query.js';
import { TrailController } from './trail/trail.controller.js';
import { WholeTrail } from './trail/trail.query.js';

export { attentionSources } from './attention/attention-sources.js';
export { readAuditConfig, type AuditConfig } from './audit.config.js';

/**
 * Sequence -> seal -> verify; and the readable views of the log: a person's trail (an officer's view is recorded
 * first), the whole trail, the record of processing.
 */
@Module({})
export class AuditModule {
  static register(platform: DynamicModule, config: AuditConfig): DynamicModule {
    return {
      module: AuditModule,
      imports: [platform],
      controllers: [
        SealController,
        SubjectTrailProjection,
        SubjectTrailController,
        MyTrailController,
        TrailController,
        ProcessingRecordsController,
        AttentionReactor,
        AttentionController,
      ],
      providers: [
        { provide: AUDIT_CONFIG, useValue: config },
        SequencerWorker,
        NumberedLog,
        SealStore,
        SigningKey,
        LogSealer,
        Verification,
        VerificationRecord,
        Bundle,
        OfficerViews,
        SubjectTrail,
        WholeTrail,
        Attention,
        DeliveryWatches,
        LogWatches,
      ],
    };
  }
}

/** Audit as a process runs it. */
export const auditServiceWith = (config: AuditConfig): ServiceDefinition => ({
  schemas: [auditSchema],
  module: (platform) => AuditModule.register(platform, config),
});
