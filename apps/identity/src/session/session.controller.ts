import type { Role } from '@dittoo/contracts';
import { Clock, DomainError, type SubjectId } from '@dittoo/kernel';
import { EmailIndex } from '@dittoo/personal-data';
import { ApiProblems, evenlyTimed, FromPrincipal, SignedIn, type Principal } from '@dittoo/service';
import { Body, Controller, Delete, HttpCode, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CustomerCredentials } from '../customer/customer-credentials.query.js';
import { AccountUses } from '../customer/account-uses.js';
import { Passwords } from '../password/passwords.js';
import { StaffCredentials } from '../staff/staff-credentials.query.js';
import { AccessTokens, accessTokenSeconds } from './access-tokens.js';
import { ReauthenticateBody, ReauthenticatedAnswer, RefreshBody, SessionAnswer, SignInBody } from './session.http.js';
import { Sessions, type Session } from './sessions.js';
import { SignInBrake } from './sign-in-brake.js';

/** Signs in and out. An unknown e-mail and a wrong password get the same answer after the same time. */
@ApiTags('Identity')
@ApiProblems(400, 401, 413, 415, 429, 503)
@Controller('api/v1/sessions')
export class SessionController {
  constructor(
    private readonly emails: EmailIndex,
    private readonly customers: CustomerCredentials,
    private readonly staff: StaffCredentials,
    private readonly passwords: Passwords,
    private readonly brake: SignInBrake,
    private readonly sessions: Sessions,
    private readonly tokens: AccessTokens,
    private readonly uses: AccountUses,
    private readonly clock: Clock,
  ) {}

  @Post()
  @ApiCreatedResponse({ type: SessionAnswer })
  async signIn(
    @Body() { email, password }: SignInBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionAnswer> {
    const account = this.emails.keyOf(email);
    await this.braked(account, reply);
    const known = await evenlyTimed(async () => {
      const found = await this.emails.find(email);
      const hash = found === null ? null : await this.passwordHash(found.kind, found.subjectId, email);
      return (await this.passwords.verify(hash, password)) ? found : null;
    });
    if (known === null) throw new DomainError('invalid-credentials');
    await this.brake.release(account);
    return this.answer(await this.sessions.begin(known.subjectId, known.kind));
  }

  @Post('refresh')
  @ApiCreatedResponse({ type: SessionAnswer })
  async refresh(@Body() { refreshToken }: RefreshBody): Promise<SessionAnswer> {
    return this.answer(await this.sessions.renew(refreshToken));
  }

  @Delete('current')
  @SignedIn()
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiNoContentResponse()
  async signOut(@FromPrincipal() { sessionId }: Principal): Promise<void> {
    await this.sessions.end(sessionId);
  }

  @Post('reauthentication')
  @SignedIn()
  @ApiBearerAuth()
  @ApiCreatedResponse({ type: ReauthenticatedAnswer })
  async reauthenticate(
    @FromPrincipal() { role, sessionId, subjectId }: Principal,
    @Body() { password }: ReauthenticateBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReauthenticatedAnswer> {
    await this.braked(subjectId, reply);
    const hash = await this.passwordHash(role, subjectId);
    if (!(await this.passwords.verify(hash, password))) throw new DomainError('invalid-credentials');
    await this.brake.release(subjectId);
    const session = { sessionId, subjectId, role, authenticatedAt: this.clock.now() };
    return { accessToken: await this.tokens.issue(session), expiresIn: accessTokenSeconds };
  }

  private passwordHash(kind: Role, subjectId: SubjectId, email?: string): Promise<string | null> {
    return kind === 'customer'
      ? this.customers.passwordHash(subjectId, email)
      : this.staff.passwordHash(subjectId, email);
  }

  private async braked(account: string, reply: FastifyReply): Promise<void> {
    const seconds = await this.brake.tried(account);
    if (seconds === 0) return;
    void reply.header('retry-after', String(seconds));
    throw new DomainError('too-many-requests');
  }

  private async answer({ refreshToken, session }: { session: Session; refreshToken: string }): Promise<SessionAnswer> {
    if (session.role === 'customer') await this.uses.note(session.subjectId);
    return { accessToken: await this.tokens.issue(session), refreshToken, expiresIn: accessTokenSeconds };
  }
}
