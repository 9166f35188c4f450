import { ApiProblems, FromPrincipal, SignedIn, type Principal } from '@dittoo/service';
import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CustomerStanding } from '../customer/customer-standing.query.js';
import { ProcessingAnswer } from './rights-request.http.js';

/** What a customer's restrictions and objections came to. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn('customer')
@ApiProblems(401, 403, 404, 410, 503)
@Controller('api/v1/me/processing')
export class ProcessingController {
  constructor(private readonly customers: CustomerStanding) {}

  @Get()
  @ApiOkResponse({ type: ProcessingAnswer })
  async standing(@FromPrincipal() { subjectId }: Principal): Promise<ProcessingAnswer> {
    const { objections, restrictions } = await this.customers.processing(subjectId);
    return { restrictions, objectedPurposes: [...new Set(objections.flatMap(({ purposes }) => purposes))] };
  }
}
