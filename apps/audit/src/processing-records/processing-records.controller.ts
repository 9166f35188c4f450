import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import { asCsv, asHtml, processingRecords, type ProcessingRecords, type Register } from '@dittoo/processor-register';
import { ApiProblems, SignedIn } from '@dittoo/service';
import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ProcessingRecordsQuery } from './processing-records.http.js';

/** The record of processing activities, art. 30(1), generated from the same register that decides what may be sent. */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403, 503)
@Controller('api/v1/compliance/processing-records')
export class ProcessingRecordsController {
  constructor(
    @Inject(REGISTER) private readonly register: Register,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOkResponse({
    content: {
      'application/json': { schema: { type: 'object' } },
      'text/csv': { schema: { type: 'string' } },
      'text/html': { schema: { type: 'string' } },
    },
  })
  records(
    @Query() { format = 'json', lang = 'sv' }: ProcessingRecordsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ProcessingRecords | string {
    const records = processingRecords(this.register, { lang, at: this.clock.now() });
    if (format === 'json') return records;
    if (format === 'html') {
      void reply.type('text/html; charset=utf-8');
      return asHtml(records);
    }
    void reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="processing-records.csv"');
    return asCsv(records);
  }
}
