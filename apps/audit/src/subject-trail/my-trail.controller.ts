import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { ApiProblems, FromPrincipal, SignedIn, type Principal } from '@dittoo/service';
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { disclosuresOf } from './disclosures.js';
import { Disclosures, History } from './subject-trail.http.js';
import { SubjectTrail } from './subject-trail.query.js';

/** A customer's own trail: the events about them, the recipients, and the officers' views. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn('customer')
@ApiProblems(401, 403, 503)
@Controller('api/v1/me')
export class MyTrailController {
  constructor(
    private readonly trail: SubjectTrail,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Get('history')
  @ApiOkResponse({ type: History })
  async history(@FromPrincipal() { subjectId }: Principal): Promise<History> {
    const events = await this.trail.events(subjectId);
    return {
      items: events.map(({ actor, eventId, fields, recordedAt, type }) => ({
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
  async disclosures(@FromPrincipal() { subjectId }: Principal): Promise<Disclosures> {
    return { items: disclosuresOf(await this.trail.events(subjectId), this.register) };
  }
}

/** The customer may see that an officer viewed the data; the typed purpose is part of the officer's own record. */
const withoutOfficersWords = ({ auditPurpose: _, ...fields }: Readonly<Record<string, unknown>>) => fields;
