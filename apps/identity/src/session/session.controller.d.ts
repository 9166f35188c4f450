import { Clock } from '@dittoo/kernel';
import { EmailIndex } from '@dittoo/personal-data';
import { type Principal } from '@dittoo/service';
import type { FastifyReply } from 'fastify';
import { CustomerCredentials } from '../customer/customer-credentials.query.js';
import { AccountUses } from '../customer/account-uses.js';
import { Passwords } from '../password/passwords.js';
import { StaffCredentials } from '../staff/staff-credentials.query.js';
import { AccessTokens } from './access-tokens.js';
import { ReauthenticateBody, ReauthenticatedAnswer, RefreshBody, SessionAnswer, SignInBody } from './session.http.js';
import { Sessions } from './sessions.js';
import { SignInBrake } from './sign-in-brake.js';
/** Signing in and out. An unknown e-mail and a wrong password have one answer, and it takes the same time. */
export declare class SessionController {
  private readonly emails;
  private readonly customers;
  private readonly staff;
  private readonly passwords;
  private readonly brake;
  private readonly sessions;
  private readonly tokens;
  private readonly uses;
  private readonly clock;
  constructor(
    emails: EmailIndex,
    customers: CustomerCredentials,
    staff: StaffCredentials,
    passwords: Passwords,
    brake: SignInBrake,
    sessions: Sessions,
    tokens: AccessTokens,
    uses: AccountUses,
    clock: Clock,
  );
  signIn({ email, password }: SignInBody, reply: FastifyReply): Promise<SessionAnswer>;
  refresh({ refreshToken }: RefreshBody): Promise<SessionAnswer>;
  signOut({ sessionId }: Principal): Promise<void>;
  reauthenticate(
    { role, sessionId, subjectId }: Principal,
    { password }: ReauthenticateBody,
    reply: FastifyReply,
  ): Promise<ReauthenticatedAnswer>;
  private passwordHash;
  private braked;
  private answer;
}
//# sourceMappingURL=session.controller.d.ts.map
