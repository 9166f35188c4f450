import { ApiProblems, FromPrincipal, SignedIn, type Principal } from '@dittoo/service';
import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { Customers } from '../person/customers.query.js';
import { ProcessingAnswer } from '../rights-request/rights-request.http.js';

/** A customer's current restrictions and objections. */
@ApiTags('Rights')
@ApiBearerAuth()
@SignedIn('customer')
@ApiProblems(401, 403, 404, 410, 503)
@Controller('api/v1/me/processing')
export class ProcessingController {
  constructor(
    private readonly customers: Customers,
    private readonly subjects: DataSubjects,
  ) {}

  @Get()
  @ApiOkResponse({ type: ProcessingAnswer })
  async standing(@FromPrincipal() { subjectId }: Principal): Promise<ProcessingAnswer> {
    await this.customers.requireRegistered(subjectId);
    const { objections, restrictions } = await this.subjects.processing(subjectId);
    return { restrictions, objectedPurposes: [...new Set(objections.flatMap(({ purposes }) => purposes))] };
  }
}
