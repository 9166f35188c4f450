import { ApiProblems, FromPrincipal, idParam, SignedIn, type Principal } from '@dittoo/service';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { ErasedAnswer, SupportCaseAnswer, SupportCaseListQuery, SupportCasePage } from './support-case-list.http.js';
import { SupportCaseList } from './support-case-list.query.js';

/** The staff's queue, and one case for them or for the customer who wrote it. */
@ApiTags('Engagement')
@ApiBearerAuth()
@ApiExtraModels(ErasedAnswer)
@Controller('api/v1/support-cases')
export class SupportCaseListController {
  constructor(private readonly list: SupportCaseList) {}

  @Get()
  @SignedIn('staff', 'complianceOfficer')
  @ApiOkResponse({ type: SupportCasePage })
  @ApiProblems(400, 401, 403, 503)
  cases(@Query() { cursor, limit = 50, status }: SupportCaseListQuery): Promise<SupportCasePage> {
    return this.list.page(status ?? null, limit, cursor);
  }

  @Get(':id')
  @SignedIn()
  @ApiParam({ name: 'id', format: 'uuid' })
  @ApiOkResponse({ type: SupportCaseAnswer })
  @ApiProblems(401, 404, 503)
  one(@FromPrincipal() { role, subjectId }: Principal, @Param('id') id: string): Promise<SupportCaseAnswer> {
    return this.list.one(idParam(id), role === 'customer' ? subjectId : null);
  }
}
