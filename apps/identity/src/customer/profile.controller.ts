import { Clock, DomainError } from '@dittoo/kernel';
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
import { EmailIndex, mailedCode } from '@dittoo/personal-data';
import { customerDecider } from './customer.decider.js';
import { EmailConfirmations } from './email-confirmations.js';
import { EmailTokens } from './email-tokens.js';
import {
  ChangeEmailBody,
  ConfirmEmailBody,
  EmailChangeAnswer,
  ProfileAnswer,
  RectifyProfileBody,
} from './profile.http.js';
import { profileAnswer } from './profile.query.js';
import { refuseCardNumbersOf } from '@dittoo/service';

const emailChangeHours = 24;

/** A customer's own profile. A new e-mail is used only after the token or the code mailed to it came back. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn('customer')
@ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503)
@Controller('api/v1/me')
export class ProfileController {
  constructor(
    private readonly commands: Commands,
    private readonly emails: EmailIndex,
    private readonly tokens: EmailTokens,
    private readonly confirmations: EmailConfirmations,
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
    const token = this.tokens.issue(subjectId);
    const expiresAt = new Date(Date.parse(this.clock.now()) + emailChangeHours * 3_600_000).toISOString();
    // An address that was asked often enough is not asked again. A refusal would tell that nobody has it: only forms for
    // addresses without an owner are counted.
    if (await this.emails.awaits(email, subjectId, expiresAt)) {
      const command = { type: 'RequestEmailChange', email, token, code: mailedCode(), expiresAt } as const;
      await this.commands.execute(customerDecider, subjectId, command, commandContext(caller, subjectId));
    }
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
    if (this.tokens.subjectOf(token) !== subjectId) throw new DomainError('invalid-confirmation-token');
    const { state } = await this.confirmations.byToken(token, caller);
    return profileAnswer(subjectId, state);
  }
}
