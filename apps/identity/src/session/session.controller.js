var __decorate =
  (this && this.__decorate) ||
  function (decorators, target, key, desc) {
    var c = arguments.length,
      r = c < 3 ? target : desc === null ? (desc = Object.getOwnPropertyDescriptor(target, key)) : desc,
      d;
    if (typeof Reflect === 'object' && typeof Reflect.decorate === 'function')
      r = Reflect.decorate(decorators, target, key, desc);
    else
      for (var i = decorators.length - 1; i >= 0; i--)
        if ((d = decorators[i])) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return (c > 3 && r && Object.defineProperty(target, key, r), r);
  };
var __metadata =
  (this && this.__metadata) ||
  function (k, v) {
    if (typeof Reflect === 'object' && typeof Reflect.metadata === 'function') return Reflect.metadata(k, v);
  };
var __param =
  (this && this.__param) ||
  function (paramIndex, decorator) {
    return function (target, key) {
      decorator(target, key, paramIndex);
    };
  };
import { Clock, DomainError } from '@dittoo/kernel';
import { EmailIndex } from '@dittoo/personal-data';
import { ApiProblems, evenlyTimed, FromPrincipal, SignedIn } from '@dittoo/service';
import { Body, Controller, Delete, HttpCode, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import { CustomerCredentials } from '../customer/customer-credentials.query.js';
import { AccountUses } from '../customer/account-uses.js';
import { Passwords } from '../password/passwords.js';
import { StaffCredentials } from '../staff/staff-credentials.query.js';
import { AccessTokens, accessTokenSeconds } from './access-tokens.js';
import { ReauthenticateBody, ReauthenticatedAnswer, RefreshBody, SessionAnswer, SignInBody } from './session.http.js';
import { Sessions } from './sessions.js';
import { SignInBrake } from './sign-in-brake.js';
/** Signing in and out. An unknown e-mail and a wrong password have one answer, and it takes the same time. */
let SessionController = class SessionController {
  emails;
  customers;
  staff;
  passwords;
  brake;
  sessions;
  tokens;
  uses;
  clock;
  constructor(emails, customers, staff, passwords, brake, sessions, tokens, uses, clock) {
    this.emails = emails;
    this.customers = customers;
    this.staff = staff;
    this.passwords = passwords;
    this.brake = brake;
    this.sessions = sessions;
    this.tokens = tokens;
    this.uses = uses;
    this.clock = clock;
  }
  async signIn({ email, password }, reply) {
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
  async refresh({ refreshToken }) {
    return this.answer(await this.sessions.renew(refreshToken));
  }
  async signOut({ sessionId }) {
    await this.sessions.end(sessionId);
  }
  async reauthenticate({ role, sessionId, subjectId }, { password }, reply) {
    await this.braked(subjectId, reply);
    const hash = await this.passwordHash(role, subjectId);
    if (!(await this.passwords.verify(hash, password))) throw new DomainError('invalid-credentials');
    await this.brake.release(subjectId);
    const session = { sessionId, subjectId, role, authenticatedAt: this.clock.now() };
    return { accessToken: await this.tokens.issue(session), expiresIn: accessTokenSeconds };
  }
  passwordHash(kind, subjectId, email) {
    return kind === 'customer'
      ? this.customers.passwordHash(subjectId, email)
      : this.staff.passwordHash(subjectId, email);
  }
  async braked(account, reply) {
    const seconds = await this.brake.tried(account);
    if (seconds === 0) return;
    void reply.header('retry-after', String(seconds));
    throw new DomainError('too-many-requests');
  }
  async answer({ refreshToken, session }) {
    if (session.role === 'customer') await this.uses.note(session.subjectId);
    return { accessToken: await this.tokens.issue(session), refreshToken, expiresIn: accessTokenSeconds };
  }
};
__decorate(
  [
    Post(),
    ApiCreatedResponse({ type: SessionAnswer }),
    __param(0, Body()),
    __param(1, Res({ passthrough: true })),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [SignInBody, Object]),
    __metadata('design:returntype', Promise),
  ],
  SessionController.prototype,
  'signIn',
  null,
);
__decorate(
  [
    Post('refresh'),
    ApiCreatedResponse({ type: SessionAnswer }),
    __param(0, Body()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [RefreshBody]),
    __metadata('design:returntype', Promise),
  ],
  SessionController.prototype,
  'refresh',
  null,
);
__decorate(
  [
    Delete('current'),
    SignedIn(),
    HttpCode(204),
    ApiBearerAuth(),
    ApiNoContentResponse(),
    __param(0, FromPrincipal()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object]),
    __metadata('design:returntype', Promise),
  ],
  SessionController.prototype,
  'signOut',
  null,
);
__decorate(
  [
    Post('reauthentication'),
    SignedIn(),
    ApiBearerAuth(),
    ApiCreatedResponse({ type: ReauthenticatedAnswer }),
    __param(0, FromPrincipal()),
    __param(1, Body()),
    __param(2, Res({ passthrough: true })),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object, ReauthenticateBody, Object]),
    __metadata('design:returntype', Promise),
  ],
  SessionController.prototype,
  'reauthenticate',
  null,
);
SessionController = __decorate(
  [
    ApiTags('Identity'),
    ApiProblems(400, 401, 413, 415, 429, 503),
    Controller('api/v1/sessions'),
    __metadata('design:paramtypes', [
      EmailIndex,
      CustomerCredentials,
      StaffCredentials,
      Passwords,
      SignInBrake,
      Sessions,
      AccessTokens,
      AccountUses,
      Clock,
    ]),
  ],
  SessionController,
);
export { SessionController };
//# sourceMappingURL=session.controller.js.map
