import { derivedId, DomainError, type Uuid } from '@dittoo/kernel';
import { ContactDirectory } from '@dittoo/personal-data';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import {
  ApiProblems,
  commandContext,
  Commands,
  FromCaller,
  Idempotent,
  refuseCardNumbers,
  SignedInOrNot,
  type Caller,
} from '@dittoo/service';
import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { campaignEntryDecider } from './campaign-entry.decider.js';
import { CampaignEntryBody, EnteredCampaign } from './campaign-entry.http.js';

/**
 * Campaign entries, which Google may receive only with consent. Of a person who refuses everything only the refusal is
 * kept.
 */
@ApiTags('Engagement')
@ApiBearerAuth()
@Controller('api/v1/campaign-entries')
export class CampaignEntryController {
  constructor(
    private readonly commands: Commands,
    private readonly contacts: ContactDirectory,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Post()
  @SignedInOrNot()
  @Idempotent()
  @ApiCreatedResponse({ type: EnteredCampaign })
  @ApiProblems(400, 401, 409, 410, 413, 415, 422, 503)
  async enter(@FromCaller() caller: Caller, @Body() body: CampaignEntryBody): Promise<EnteredCampaign> {
    const { campaignId, clickId = null, consents, email = null, locale: language = 'sv', phone = null } = body;
    refuseCardNumbers(clickId, phone);
    const { digest: noticeDigest, noticeVersion } = this.register;
    if ((body.noticeVersion ?? noticeVersion) !== noticeVersion) throw new DomainError('unknown-notice-version');
    if (email === null && phone === null && clickId === null) {
      const message = 'give an e-mail address, a telephone number or a click id';
      throw new DomainError('invalid-field', undefined, [{ field: 'email', message }]);
    }
    const entryId = derivedId('campaignEntry', caller.commandId);
    const choices = consents.map(({ purpose, given }) => ({ purpose, given }));
    const entry = { campaignId, clickId, phone, email, choices, noticeDigest, noticeVersion, language };
    const context = commandContext(caller, await this.entrant(caller, email, choices), noticeVersion);
    await this.commands.begin(campaignEntryDecider, entryId, { type: 'EnterCampaign', ...entry }, context);
    return { entryId };
  }

  /** A consent makes the address a contact; a refusal leaves it unknown. */
  private async entrant(
    { commandId, principal }: Caller,
    email: string | null,
    choices: readonly { readonly given: boolean }[],
  ): Promise<Uuid> {
    if (principal?.role === 'customer') return principal.subjectId;
    const known = email !== null && choices.some(({ given }) => given);
    return known ? this.contacts.findOrAdd(email) : derivedId('entrant', commandId);
  }
}
