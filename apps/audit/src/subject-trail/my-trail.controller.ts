import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { ApiProblems, FromPrincipal, SignedIn, type Principal } from '@dittoo/service';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { disclosureEvents, disclosuresOf } from './disclosures.js';
import { Disclosures, History, TrailQuery } from './subject-trail.http.js';
import { SubjectTrail } from './subject-trail.query.js';

/** A customer's own trail: the events about them, the recipients, and the officers' views. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn('customer')
@ApiProblems(400, 401, 403, 503)
@Controller('api/v1/me')
export class MyTrailController {
  constructor(
    private readonly trail: SubjectTrail,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Get('history')
  @ApiOkResponse({ type: History })
  async history(@FromPrincipal() { subjectId }: Principal, @Query() part: TrailQuery): Promise<History> {
    const { items, nextCursor } = await this.trail.events(subjectId, {}, part);
    return {
      nextCursor,
      items: items.map(({ actor, eventId, fields, recordedAt, type }) => ({
        eventId,
        type,
        recordedAt,
        actor,
        fields: type === 'SubjectHistoryViewed' ? withoutOfficersWords(fields) : fields,
      })),
    };
  }

  @Get('disclosures')
  @ApiOkResponse({ type: Disclosures })
  async disclosures(@FromPrincipal() { subjectId }: Principal, @Query() part: TrailQuery): Promise<Disclosures> {
    return disclosuresOf(await this.trail.events(subjectId, disclosureEvents, part), this.register);
  }
}

/** The customer may see that an officer viewed the data; the typed purpose is part of the officer's own record. */
const withoutOfficersWords = ({ auditPurpose: _, ...fields }: Readonly<Record<string, unknown>>) => fields;
