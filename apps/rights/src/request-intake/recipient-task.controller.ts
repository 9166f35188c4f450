import { Clock } from '@dittoo/kernel';
import {
  ApiProblems,
  commandContext,
  Commands,
  FromCaller,
  Idempotent,
  idParam,
  PageQuery,
  SignedIn,
  type Caller,
} from '@dittoo/service';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RecipientTasks } from '../recipients/recipient-tasks.query.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import { OfficersRequest } from '../rights-request/rights-request.http.js';
import { RecipientTaskBody, RecipientTaskList } from './recipient-task.http.js';
import { RightsRequests } from '../rights-request/rights-request.query.js';

/** Recipients without an automatic confirmation: an officer contacts them and records the outcome (art. 19). */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403, 404, 409, 413, 415, 422, 503)
@Controller('api/v1/compliance/recipient-tasks')
export class RecipientTaskController {
  constructor(
    private readonly commands: Commands,
    private readonly tasks: RecipientTasks,
    private readonly requests: RightsRequests,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOkResponse({ type: RecipientTaskList })
  list(@Query() { cursor, limit = 50 }: PageQuery): Promise<RecipientTaskList> {
    return this.tasks.page(limit, cursor);
  }

  @Post(':requestId/:processorId')
  @HttpCode(200)
  @Idempotent()
  @ApiOkResponse({ type: OfficersRequest })
  async done(
    @Param('requestId') id: string,
    @Param('processorId') processorId: string,
    @Body() { outcome }: RecipientTaskBody,
    @FromCaller() caller: Caller,
  ): Promise<OfficersRequest> {
    const requestId = idParam(id);
    const { subjectId } = await this.requests.forOfficer(requestId, this.clock.now());
    const command = { type: 'RecordTaskDone', processorId, outcome } as const;
    await this.commands.execute(rightsRequestDecider, requestId, command, commandContext(caller, subjectId));
    return this.requests.forOfficer(requestId, this.clock.now());
  }
}
