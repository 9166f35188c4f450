import { commandContext, Commands, FromCaller, FromPrincipal, SignedIn } from '@dittoo/service';
import { ApiProblems, type Caller, type Principal } from '@dittoo/service';
import { Controller, Delete, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Choices } from '../consent/choices.js';
import { newsletterDecider } from './newsletter.decider.js';
import { SoftOptInAnswer } from './newsletter.http.js';

/**
 * Shows soft opt-in (marknadsföringslagen 19 §) and ends it by one call. Separate from the consents because it is not
 * one.
 */
@ApiTags('Consent and policy')
@ApiBearerAuth()
@SignedIn('customer')
@ApiProblems(401, 403, 503)
@Controller('api/v1/me/soft-opt-in')
export class SoftOptInController {
  constructor(
    private readonly commands: Commands,
    private readonly choices: Choices,
  ) {}

  @Get()
  @ApiOkResponse({ type: SoftOptInAnswer })
  async shown(@FromPrincipal() { subjectId }: Principal): Promise<SoftOptInAnswer> {
    const { history, state } = await this.commands.load(newsletterDecider, subjectId);
    const declined = await this.choices.declined(subjectId, ['newsletter', 'marketing']);
    const status = declined ? 'ended' : state.softOptIn;
    const noted = history.find(({ event }) => event.type === 'SoftOptInNoted');
    const standing = status === 'noted' && noted !== undefined;
    return {
      status,
      purpose: 'similarGoods',
      legalBasis: 'legitimateInterests',
      orderId: standing && noted.event.type === 'SoftOptInNoted' ? noted.event.data.orderId : null,
      since: standing ? noted.recorded.metadata.recordedAt : null,
    };
  }

  /** Declines, before the first purchase or after it. */
  @Delete()
  @ApiOkResponse({ type: SoftOptInAnswer })
  async decline(@FromPrincipal() principal: Principal, @FromCaller() caller: Caller): Promise<SoftOptInAnswer> {
    const { subjectId } = principal;
    const command = { type: 'EndSoftOptIn', by: 'myAccount' } as const;
    await this.commands.execute(newsletterDecider, subjectId, command, commandContext(caller, subjectId));
    return this.shown(principal);
  }
}
