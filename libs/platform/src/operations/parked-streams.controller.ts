import type { EventDelivery } from '@dittoo/messaging';
import { ApiProblems, SignedIn } from '@dittoo/service';
import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ParkedStreamList, ReplayAnswer, ReplayBody } from './parked-streams.http.js';
import { DELIVERY } from '../parts/tokens.js';

/** Lists streams parked because an event could not be handled, and replays them once the cause is fixed. */
@ApiTags('Operations')
@ApiBearerAuth()
@SignedIn('staff', 'complianceOfficer')
@Controller('api/v1/operations/parked-streams')
export class ParkedStreamsController {
  /** A function, because Nest connects the delivery after this controller is created. */
  constructor(@Inject(DELIVERY) private readonly delivery: () => EventDelivery) {}

  @Get()
  @ApiOkResponse({ type: ParkedStreamList })
  @ApiProblems(401, 403, 503)
  async list(): Promise<ParkedStreamList> {
    return { items: await this.delivery().parkedStreams() };
  }

  @Post('replays')
  @HttpCode(200)
  @ApiOkResponse({ type: ReplayAnswer })
  @ApiProblems(400, 401, 403, 404, 413, 415, 503)
  replay(@Body() { group, stream }: ReplayBody): Promise<ReplayAnswer> {
    return this.delivery().replayParked(group, stream);
  }
}
