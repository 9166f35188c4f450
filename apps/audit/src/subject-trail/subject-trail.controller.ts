import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import {
  ApiProblems,
  FromCaller,
  FromPrincipal,
  idParam,
  SignedIn,
  type Caller,
  type Principal,
} from '@dittoo/service';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AuditPurpose, OfficerViews } from '../officer-access/officer-views.js';
import { disclosureEvents, disclosuresOf } from './disclosures.js';
import { knownRecords } from './subject-state.js';
import {
  Disclosures,
  SubjectEvents,
  SubjectEventsQuery,
  SubjectState,
  SubjectStateQuery,
  TrailQuery,
} from './subject-trail.http.js';
import { SubjectTrail } from './subject-trail.query.js';

/** An officer's views of a person: the stated purpose is recorded first. Erased persons can be viewed too. */
@ApiTags('Compliance')
@ApiBearerAuth()
@ApiHeader({ name: 'Audit-Purpose', required: true, description: 'Why, 3 to 500 characters; kept, sealed' })
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403, 404, 503)
@Controller('api/v1/audit/subjects/:subjectId')
export class SubjectTrailController {
  constructor(
    private readonly views: OfficerViews,
    private readonly trail: SubjectTrail,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Get('events')
  @ApiOkResponse({ type: SubjectEvents })
  async events(
    @FromCaller() caller: Caller,
    @FromPrincipal() officer: Principal,
    @AuditPurpose() auditPurpose: string,
    @Param('subjectId') id: string,
    @Query() { type, ...filter }: SubjectEventsQuery,
  ): Promise<SubjectEvents> {
    const subjectId = idParam(id);
    await this.views.record(caller, officer.subjectId, { subjectId, view: 'events', auditPurpose });
    const types = type === undefined ? {} : { types: [type] };
    return this.trail.events(subjectId, { ...filter, ...types }, filter);
  }

  @Get('state')
  @ApiOkResponse({ type: SubjectState })
  async state(
    @FromCaller() caller: Caller,
    @FromPrincipal() officer: Principal,
    @AuditPurpose() auditPurpose: string,
    @Param('subjectId') id: string,
    @Query() { asOf = this.clock.now(), ...part }: SubjectStateQuery,
  ): Promise<SubjectState> {
    const subjectId = idParam(id);
    await this.views.record(caller, officer.subjectId, { subjectId, view: 'state', auditPurpose });
    const { items, nextCursor } = await this.trail.streams(subjectId, asOf, part);
    return { subjectId, asOf, records: knownRecords(items), nextCursor };
  }

  @Get('disclosures')
  @ApiOkResponse({ type: Disclosures })
  async disclosures(
    @FromCaller() caller: Caller,
    @FromPrincipal() officer: Principal,
    @AuditPurpose() auditPurpose: string,
    @Param('subjectId') id: string,
    @Query() part: TrailQuery,
  ): Promise<Disclosures> {
    const subjectId = idParam(id);
    await this.views.record(caller, officer.subjectId, { subjectId, view: 'disclosures', auditPurpose });
    return disclosuresOf(await this.trail.events(subjectId, disclosureEvents, part), this.register);
  }
}
