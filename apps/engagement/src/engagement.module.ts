import type { ServiceDefinition } from '@dittoo/platform';
import { Module, type DynamicModule } from '@nestjs/common';
import { CampaignEntryController } from './campaign-entry/campaign-entry.controller.js';
import { CommentListController } from './comment-list/comment-list.controller.js';
import { CommentListProjection } from './comment-list/comment-list.projection.js';
import { CommentList } from './comment-list/comment-list.query.js';
import { CommentController } from './comment/comment.controller.js';
import { engagementSchema } from './engagement.migrations.js';
import { Authors } from './standing/author.query.js';
import { StandingProjection } from './standing/standing.projection.js';
import { WithheldSubjects } from './standing/withheld.query.js';
import { SupportCaseListController } from './support-case-list/support-case-list.controller.js';
import { SupportCaseListProjection } from './support-case-list/support-case-list.projection.js';
import { SupportCaseList } from './support-case-list/support-case-list.query.js';
import { SupportCaseController } from './support-case/support-case.controller.js';

/**
 * A person's input -> decider -> stream `comment-<id>`, `supportCase-<id>`, `campaignEntry-<id>`. Lists hold ids; texts
 * are read from the streams and opened in the query, so nothing has to be cleared here when a key is destroyed.
 */
@Module({})
export class EngagementModule {
  static register(platform: DynamicModule): DynamicModule {
    return {
      module: EngagementModule,
      imports: [platform],
      controllers: [
        CampaignEntryController,
        SupportCaseController,
        SupportCaseListProjection,
        SupportCaseListController,
        CommentController,
        CommentListProjection,
        CommentListController,
        StandingProjection,
      ],
      providers: [SupportCaseList, CommentList, Authors, WithheldSubjects],
    };
  }
}

/** Engagement as a separate process. */
export const engagementService: ServiceDefinition = {
  schemas: [engagementSchema],
  module: (platform) => EngagementModule.register(platform),
};
