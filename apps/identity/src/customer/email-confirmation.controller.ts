import { DomainError } from '@dittoo/kernel';
import { EmailIndex } from '@dittoo/personal-data';
import { ApiProblems, evenlyTimed, FromCaller, type Caller } from '@dittoo/service';
import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CodeTries } from './code-tries.js';
import { ConfirmedEmail, EmailConfirmationBody } from './email-confirmation.http.js';
import { EmailConfirmations } from './email-confirmations.js';

/**
 * The owner of an address confirms it, signed in or not: of a registration or of a change. A wrong code, an expired
 * one and an address that nobody waits for get one answer, after the same time.
 */
@ApiTags('Identity')
@ApiProblems(400, 409, 413, 415, 429, 503)
@Controller('api/v1/email-confirmations')
export class EmailConfirmationController {
  constructor(
    private readonly confirmations: EmailConfirmations,
    private readonly emails: EmailIndex,
    private readonly tries: CodeTries,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOkResponse({ type: ConfirmedEmail })
  async confirm(
    @Body() { code, email, token }: EmailConfirmationBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConfirmedEmail> {
    if (token !== undefined) await evenlyTimed(() => this.confirmations.byToken(token, caller));
    else if (email !== undefined && code !== undefined) await this.byCode(email, code, caller, reply);
    return { status: 'confirmed' };
  }

  private async byCode(email: string, code: string, caller: Caller, reply: FastifyReply): Promise<void> {
    const seconds = await this.tries.tried(this.emails.keyOf(email));
    if (seconds > 0) {
      void reply.header('retry-after', String(seconds));
      throw new DomainError('too-many-requests');
    }
    // As people type it: with spaces around or inside.
    await evenlyTimed(() => this.confirmations.byCode(email, code.replace(/\s/g, ''), caller));
  }
}
