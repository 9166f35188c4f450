import { Readable } from 'node:stream';
import { Clock } from '@dittoo/kernel';
import { ApiProblems, EventStreams, FromPrincipal, SignedIn, type Principal } from '@dittoo/service';
import {
  Controller,
  Get,
  Header,
  Headers,
  Query,
  Res,
  StreamableFile,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { TrailQuery } from './trail.http.js';
import { WholeTrail } from './trail.query.js';

/** The whole trail as it is stored: sealed fields stay sealed. */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403, 429, 503)
@Controller('api/v1/audit/events')
export class TrailController implements BeforeApplicationShutdown {
  private readonly streams: EventStreams;

  constructor(
    private readonly trail: WholeTrail,
    clock: Clock,
  ) {
    this.streams = new EventStreams(clock);
  }

  /** Open live streams would keep the server from closing. */
  beforeApplicationShutdown(): void {
    this.streams.close();
  }

  @Get()
  @ApiOkResponse({ content: { 'application/x-ndjson': { schema: { type: 'string' } } } })
  all(@Query() { from = '', type }: TrailQuery): StreamableFile {
    const isPosition = /^\d{1,15}$/.test(from);
    const lines = this.trail.ndjson({
      fromPosition: isPosition ? BigInt(from) : null,
      fromTime: isPosition || from === '' ? null : from,
      type: type ?? null,
    });
    return new StreamableFile(Readable.from(lines), { type: 'application/x-ndjson' });
  }

  /** Streams new events, or those after `from` or `Last-Event-ID`. */
  @Get('live')
  @Header('connection', 'close') // the stream ends when the server stops, so the socket need not be kept
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Position of the last event that arrived' })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  async live(
    @FromPrincipal() officer: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() { from, type }: TrailQuery,
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<StreamableFile> {
    const after = await this.startOf(lastEventId, from);
    return this.streams.stream(officer, reply, (signal) => this.trail.live(after, type ?? null, signal));
  }

  private async startOf(lastEventId: string | undefined, from: string | undefined): Promise<bigint | null> {
    if (lastEventId !== undefined && /^\d{1,15}$/.test(lastEventId)) return BigInt(lastEventId);
    if (from === undefined || !/^\d{1,15}$/.test(from)) return this.trail.end();
    return from === '0' ? null : BigInt(from) - 1n;
  }
}
