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
import { maskedPersonnummer } from '@dittoo/personal-data';
import {
  ApiProblems,
  commandContext,
  Commands,
  FreshlyAuthenticated,
  FromCaller,
  FromPrincipal,
  SignedIn,
} from '@dittoo/service';
import { Body, Controller, Delete, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { customerDecider } from './customer.decider.js';
import { PersonnummerConsent } from './personnummer-consent.query.js';
import { readPersonnummer } from './personnummer-input.js';
import { MaskedPersonnummer, RevealedPersonnummer, RevealPersonnummerBody } from './personnummer.http.js';
import { legible, standingProfile } from './profile.query.js';
import { PersonnummerBody } from './registration.http.js';
import { refuseCardNumbers } from '@dittoo/service';
/** A customer's own personnummer: masked, shown in full only on a stated purpose, and never without a ground. */
let PersonnummerController = class PersonnummerController {
  commands;
  consent;
  clock;
  constructor(commands, consent, clock) {
    this.commands = commands;
    this.consent = consent;
    this.clock = clock;
  }
  async masked({ subjectId }) {
    const { state } = await this.commands.load(customerDecider, subjectId);
    return maskedAnswer(state);
  }
  /** The reveal is an event first; only what was recorded is shown. */
  async reveal({ subjectId }, caller, { purpose }) {
    refuseCardNumbers(purpose);
    const consentStands = await this.consent.stands(subjectId);
    const command = { type: 'RevealPersonnummer', purpose, consentStands };
    const context = commandContext(caller, subjectId);
    const { state } = await this.commands.execute(customerDecider, subjectId, command, context);
    return { number: legible(recordedNumber(state).number) };
  }
  async record({ subjectId }, caller, body) {
    const number = readPersonnummer(body.number, this.clock.now(), 'number');
    const { ground } = body;
    const consentGiven = ground === 'consent' && (await this.consent.stands(subjectId));
    const command = { type: 'RecordPersonnummer', number, ground, consentGiven };
    const context = commandContext(caller, subjectId);
    return maskedAnswer((await this.commands.execute(customerDecider, subjectId, command, context)).state);
  }
  /** From here on nothing uses the number; its key goes as soon as nothing has to keep it (rights decides that). */
  async remove({ subjectId }, caller) {
    const command = { type: 'RemovePersonnummer' };
    await this.commands.execute(customerDecider, subjectId, command, commandContext(caller, subjectId));
  }
};
__decorate(
  [
    Get(),
    ApiOkResponse({ type: MaskedPersonnummer }),
    __param(0, FromPrincipal()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object]),
    __metadata('design:returntype', Promise),
  ],
  PersonnummerController.prototype,
  'masked',
  null,
);
__decorate(
  [
    Post('reveal'),
    HttpCode(200),
    FreshlyAuthenticated(),
    ApiOkResponse({ type: RevealedPersonnummer }),
    __param(0, FromPrincipal()),
    __param(1, FromCaller()),
    __param(2, Body()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object, Object, RevealPersonnummerBody]),
    __metadata('design:returntype', Promise),
  ],
  PersonnummerController.prototype,
  'reveal',
  null,
);
__decorate(
  [
    Put(),
    ApiOkResponse({ type: MaskedPersonnummer }),
    __param(0, FromPrincipal()),
    __param(1, FromCaller()),
    __param(2, Body()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object, Object, PersonnummerBody]),
    __metadata('design:returntype', Promise),
  ],
  PersonnummerController.prototype,
  'record',
  null,
);
__decorate(
  [
    Delete(),
    HttpCode(204),
    ApiNoContentResponse(),
    __param(0, FromPrincipal()),
    __param(1, FromCaller()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object, Object]),
    __metadata('design:returntype', Promise),
  ],
  PersonnummerController.prototype,
  'remove',
  null,
);
PersonnummerController = __decorate(
  [
    ApiTags('Identity'),
    ApiBearerAuth(),
    SignedIn('customer'),
    ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503),
    Controller('api/v1/me/personnummer'),
    __metadata('design:paramtypes', [Commands, PersonnummerConsent, Clock]),
  ],
  PersonnummerController,
);
export { PersonnummerController };
const recordedNumber = (customer) => {
  const { personnummer } = standingProfile(customer);
  if (personnummer === null) throw new DomainError('not-found');
  return personnummer;
};
const maskedAnswer = (customer) => {
  const { ground, number } = recordedNumber(customer);
  return { number: maskedPersonnummer(legible(number)), ground };
};
//# sourceMappingURL=personnummer.controller.js.map
