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
import { refuseCardNumbers } from '@dittoo/service';
const emailChangeHours = 24;
/**
 * A customer's own profile. A new e-mail is used only once the token mailed to it came back.
 *
 * Dies between the confirmation and the index: the reactor repeats the index change from the event.
 */
let ProfileController = class ProfileController {
  commands;
  emails;
  clock;
  constructor(commands, emails, clock) {
    this.commands = commands;
    this.emails = emails;
    this.clock = clock;
  }
  async profile({ subjectId }) {
    const { state } = await this.commands.load(customerDecider, subjectId);
    return profileAnswer(subjectId, state);
  }
  async rectify({ subjectId }, caller, { address, ...rest }) {
    refuseCardNumbers(rest.givenName, rest.familyName, address?.street, address?.city, address?.postalCode);
    const changes = { ...rest, address: address == null ? address : { ...address } };
    const command = { type: 'RectifyProfile', changes };
    const context = commandContext(caller, subjectId);
    const { state } = await this.commands.execute(customerDecider, subjectId, command, context);
    return profileAnswer(subjectId, state);
  }
  async changeEmail({ subjectId }, caller, { email }) {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(Date.parse(this.clock.now()) + emailChangeHours * 3_600_000).toISOString();
    const command = { type: 'RequestEmailChange', email, token, expiresAt };
    await this.commands.execute(customerDecider, subjectId, command, commandContext(caller, subjectId));
    return { expiresAt };
  }
  async confirmEmail({ subjectId }, caller, { token }) {
    const { state } = await this.commands.load(customerDecider, subjectId);
    const change = standingProfile(state).emailChange;
    const email = readable(change?.email, null);
    // The address is taken first: whoever holds the token owns the mailbox and may be told that it is in use.
    if (email !== null && change?.token === token && change.expiresAt > this.clock.now()) {
      const owner = await this.emails.reserve(email, subjectId, 'customer');
      if (owner.subjectId !== subjectId) throw new DomainError('conflict');
    }
    const confirm = (now) => ({ type: 'ConfirmEmail', token, now });
    const context = commandContext(caller, subjectId);
    const confirmed = await this.commands.execute(customerDecider, subjectId, confirm, context);
    const used = readable(profileOf(confirmed.state)?.email, null);
    if (used !== null) await this.emails.keepOnly(subjectId, used);
    return profileAnswer(subjectId, confirmed.state);
  }
};
__decorate(
  [
    Get(),
    ApiOkResponse({ type: ProfileAnswer }),
    __param(0, FromPrincipal()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object]),
    __metadata('design:returntype', Promise),
  ],
  ProfileController.prototype,
  'profile',
  null,
);
__decorate(
  [
    Patch(),
    ApiOkResponse({ type: ProfileAnswer }),
    __param(0, FromPrincipal()),
    __param(1, FromCaller()),
    __param(2, Body()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object, Object, RectifyProfileBody]),
    __metadata('design:returntype', Promise),
  ],
  ProfileController.prototype,
  'rectify',
  null,
);
__decorate(
  [
    Put('email'),
    HttpCode(202),
    FreshlyAuthenticated(),
    ApiAcceptedResponse({ type: EmailChangeAnswer }),
    __param(0, FromPrincipal()),
    __param(1, FromCaller()),
    __param(2, Body()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object, Object, ChangeEmailBody]),
    __metadata('design:returntype', Promise),
  ],
  ProfileController.prototype,
  'changeEmail',
  null,
);
__decorate(
  [
    Post('email/confirmation'),
    HttpCode(200),
    ApiOkResponse({ type: ProfileAnswer }),
    __param(0, FromPrincipal()),
    __param(1, FromCaller()),
    __param(2, Body()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object, Object, ConfirmEmailBody]),
    __metadata('design:returntype', Promise),
  ],
  ProfileController.prototype,
  'confirmEmail',
  null,
);
ProfileController = __decorate(
  [
    ApiTags('Identity'),
    ApiBearerAuth(),
    SignedIn('customer'),
    ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503),
    Controller('api/v1/me'),
    __metadata('design:paramtypes', [Commands, EmailIndex, Clock]),
  ],
  ProfileController,
);
export { ProfileController };
//# sourceMappingURL=profile.controller.js.map
