import { randomBytes } from 'node:crypto';
import { Clock, DomainError, readable } from '@dittoo/kernel';
import {
  ApiProblems,
  commandContext,
  Commands,
  FreshlyAuthenticated,
  FromCaller,
  FromPrincipal,
  SignedIn,
  type Caller,
  type Principal,
} from '@dittoo/service';
import { Body, Controller, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { EmailIndex } from '@dittoo/personal-data';
import { customerDecider } from './customer.decider.js';
import { profileOf } from './customer.js';
import {
  ChangeEmailBody,
  ConfirmEmailBody,
  EmailChangeAnswer,
  ProfileAnswer,
  RectifyProfileBody,
} from './profile.http.js';
import { profileAnswer, standingProfile } from './profile.query.js';
import { refuseCardNumbersOf } from '@dittoo/service';

const emailChangeHours = 24;

/**
 * A customer's own profile. A new e-mail is used only after the token mailed to it was confirmed.
 *
 * Dies between confirming and updating the index: the reactor repeats the index change from the event.
 */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn('customer')
@ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
@Controller('api/v1/me')
export class ProfileController {
  constructor(
    private readonly commands: Commands,
    private readonly emails: EmailIndex,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOkResponse({ type: ProfileAnswer })
  async profile(@FromPrincipal() { subjectId }: Principal): Promise<ProfileAnswer> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    return profileAnswer(subjectId, state);
  }

  @Patch()
  @ApiOkResponse({ type: ProfileAnswer })
  async rectify(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Body() { address, ...rest }: RectifyProfileBody,
  ): Promise<ProfileAnswer> {
    refuseCardNumbersOf({ ...rest, address });
    const changes = { ...rest, address: address == null ? address : { ...address } };
    const command = { type: 'RectifyProfile', changes } as const;
    const context = commandContext(caller, subjectId);
    const { state } = await this.commands.execute(customerDecider, subjectId, command, context);
    return profileAnswer(subjectId, state);
  }

  @Put('email')
  @HttpCode(202)
  @FreshlyAuthenticated()
  @ApiAcceptedResponse({ type: EmailChangeAnswer })
  async changeEmail(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Body() { email }: ChangeEmailBody,
  ): Promise<EmailChangeAnswer> {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(Date.parse(this.clock.now()) + emailChangeHours * 3_600_000).toISOString();
    const command = { type: 'RequestEmailChange', email, token, expiresAt } as const;
    await this.commands.execute(customerDecider, subjectId, command, commandContext(caller, subjectId));
    return { expiresAt };
  }

  @Post('email/confirmation')
  @HttpCode(200)
  @ApiOkResponse({ type: ProfileAnswer })
  async confirmEmail(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Body() { token }: ConfirmEmailBody,
  ): Promise<ProfileAnswer> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    const change = standingProfile(state).emailChange;
    const email = readable(change?.email, null);
    // The address is reserved first: the caller holds the token, so they own the mailbox and may learn that it is in
    // use.
    if (email !== null && change?.token === token && change.expiresAt > this.clock.now()) {
      const owner = await this.emails.reserve(email, subjectId, 'customer');
      if (owner.subjectId !== subjectId) throw new DomainError('conflict');
    }
    const confirm = (now: string) => ({ type: 'ConfirmEmail', token, now }) as const;
    const context = commandContext(caller, subjectId);
    const confirmed = await this.commands.execute(customerDecider, subjectId, confirm, context);
    const used = readable(profileOf(confirmed.state)?.email, null);
    if (used !== null) await this.emails.keepOnly(subjectId, used);
    return profileAnswer(subjectId, confirmed.state);
  }
}
