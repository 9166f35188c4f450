import { DomainError } from '@dittoo/kernel';
import { DELIVERY, ParkedStreamList, ReplayAnswer, ReplayBody, type Platform } from '@dittoo/platform';
import { ApiProblems, SignedIn } from '@dittoo/service';
import { Body, Controller, Get, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Upstreams } from './upstreams.js';

const patienceMs = 60_000;

/**
 * Parked streams of every service. The list is in the shared database; only the service that runs the consumer group
 * can replay a stream, and the others answer that they do not have the group.
 */
@ApiTags('Operations')
@ApiBearerAuth()
@SignedIn('staff', 'complianceOfficer')
@Controller('api/v1/operations/parked-streams')
export class OperationsController {
  constructor(
    @Inject(DELIVERY) private readonly delivery: Platform['delivering'],
    private readonly upstreams: Upstreams,
  ) {}

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
  async replay(@Body() body: ReplayBody, @Headers('authorization') authorization: string): Promise<ReplayAnswer> {
    let unavailable: unknown;
    for (const upstream of this.upstreams.all) {
      try {
        return (await upstream.json({
          method: 'POST',
          path: '/api/v1/operations/parked-streams/replays',
          headers: { authorization, 'content-type': 'application/json' },
          body: JSON.stringify(body),
          patienceMs,
        })) as ReplayAnswer;
      } catch (error) {
        if (error instanceof DomainError && error.code === 'not-found') continue;
        unavailable = error;
      }
    }
    throw unavailable ?? new DomainError('not-found');
  }
}
