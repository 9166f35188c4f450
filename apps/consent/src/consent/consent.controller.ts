import { derivedId } from '@dittoo/kernel';
import type { Locale } from '@dittoo/contracts';
import {
  commandContext,
  Commands,
  FromCaller,
  FromPrincipal,
  SignedIn,
  type Caller,
  type Principal,
} from '@dittoo/service';
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { PolicyArchive } from '../policy/policy-archive.query.js';
import { consentDecider } from './consent.decider.js';
import { ChooseConsentBody, ConsentAnswer, ConsentList, ConsentParams } from './consent.http.js';
import { consentAnswers } from './consent.query.js';

/** A customer's own choices. */
@ApiTags('Consent and policy')
@ApiBearerAuth()
@SignedIn('customer')
@Controller('api/v1/me/consents')
export class ConsentController {
  constructor(
    private readonly commands: Commands,
    private readonly policies: PolicyArchive,
  ) {}

  @Get()
  @ApiOkResponse({ type: ConsentList })
  async list(@FromPrincipal() { subjectId }: Principal): Promise<ConsentList> {
    const { state, history } = await this.commands.load(consentDecider, subjectId);
    return { items: consentAnswers(state, history) };
  }

  @Put(':purpose')
  @ApiOkResponse({ type: ConsentAnswer })
  async choose(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Param() { purpose }: ConsentParams,
    @Body() { given, noticeVersion }: ChooseConsentBody,
  ): Promise<ConsentAnswer> {
    const notice = await this.policies.published(noticeVersion);
    const choice = {
      recordId: recordIdOf(subjectId, purpose),
      purpose,
      noticeVersion,
      noticeDigest: notice.digest,
      language: 'sv' as Locale,
      method: 'myAccount' as const,
    };
    const context = commandContext(caller, subjectId, noticeVersion);
    await this.commands.execute(consentDecider, subjectId, { type: 'ChooseConsent', given, choice }, context);
    const { state, history } = await this.commands.load(consentDecider, subjectId);
    return consentAnswers(state, history).find((answer) => answer.purpose === purpose)!;
  }
}

/** One consent record per person and purpose; its events are the record's history (ISO/IEC TS 27560). */
export const recordIdOf = (subjectId: string, purpose: string): string =>
  derivedId('consentRecord', subjectId, purpose);
