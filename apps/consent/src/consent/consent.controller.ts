import { Clock, derivedId, type SubjectId } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { consentPurposes, type ConsentPurpose } from '@dittoo/contracts';
import {
  ApiProblems,
  commandContext,
  Commands,
  FromCaller,
  FromPrincipal,
  SignedIn,
  type Caller,
  type CommandContext,
  type Principal,
} from '@dittoo/service';
import { Body, Controller, Get, Inject, Param, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { PolicyArchive } from '../policy/policy-archive.query.js';
import { consentDecider } from './consent.decider.js';
import { ChooseConsentBody, ConsentAnswer, ConsentList, ConsentParams } from './consent.http.js';
import { inForce } from './consent.js';
import { consentStates } from './consent.query.js';
import { People } from '../person/people.query.js';
import { recordIdOf } from './record-id.js';

/** A customer's own choices. */
@ApiTags('Consent and policy')
@ApiBearerAuth()
@SignedIn('customer')
@Controller('api/v1/me/consents')
export class ConsentController {
  constructor(
    private readonly commands: Commands,
    private readonly policies: PolicyArchive,
    private readonly people: People,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Get()
  @ApiOkResponse({ type: ConsentList })
  @ApiProblems(401, 403, 503)
  async list(@FromPrincipal() { subjectId }: Principal): Promise<ConsentList> {
    const states = await this.states(subjectId);
    return { items: consentPurposes.map((purpose) => states[purpose]) };
  }

  @Put(':purpose')
  @ApiOkResponse({ type: ConsentAnswer })
  @ApiProblems(400, 401, 403, 410, 413, 415, 503)
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
      language: await this.people.localeOf(subjectId),
      method: 'myAccount' as const,
    };
    const context = commandContext(caller, subjectId, noticeVersion);
    await this.expire(subjectId, purpose, context);
    await this.commands.execute(consentDecider, subjectId, { type: 'ChooseConsent', given, choice }, context);
    return (await this.states(subjectId))[purpose];
  }

  /** Records an expiry that is due before the new choice is decided. */
  private async expire(subjectId: SubjectId, purpose: ConsentPurpose, context: CommandContext): Promise<void> {
    const { history, state } = await this.commands.load(consentDecider, subjectId);
    const standing = state.status === 'open' ? inForce(state.purposes[purpose]) : null;
    const { status, validUntil } = consentStates(this.register, state, history, this.clock.now())[purpose];
    if (standing === null || status !== 'expired') return;
    const command = { type: 'ExpireConsent', purpose, said: standing.said, validUntil: validUntil! } as const;
    const causationId = derivedId('consentExpired', standing.recordId, String(history.length));
    await this.commands.execute(consentDecider, subjectId, command, { ...context, causationId });
  }

  private async states(subjectId: SubjectId) {
    const { history, state } = await this.commands.load(consentDecider, subjectId);
    return consentStates(this.register, state, history, this.clock.now());
  }
}
