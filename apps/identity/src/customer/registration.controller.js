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
import { Clock, derivedId, readable } from '@dittoo/kernel';
import { normalizedEmail } from '@dittoo/personal-data';
import { REGISTER } from '@dittoo/platform';
import { DomainError } from '@dittoo/kernel';
import { ApiProblems, commandContext, Commands, evenlyTimed, FromCaller, Idempotent } from '@dittoo/service';
import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { EmailIndex } from '@dittoo/personal-data';
import { Passwords } from '../password/passwords.js';
import { profileOf } from './customer.js';
import { customerDecider } from './customer.decider.js';
import { readPersonnummer } from './personnummer-input.js';
import { RegisterCustomerBody, RegisteredCustomer } from './registration.http.js';
import { refuseCardNumbers } from '@dittoo/service';
/** How old a reservation must be before its registration counts as one that never came. */
const abandonedAfterMs = 10_000;
/**
 * Registration: reserve the e-mail -> one append to `dataSubject-<id>`.
 *
 * An e-mail in use takes the same way to the same answer; only its owner hears of it. Dies between reservation and
 * append: the same Idempotency-Key goes on with the reservation, anybody else takes it over a little later; a slow
 * first one cannot come after that, because its stream was closed before.
 */
let RegistrationController = class RegistrationController {
  commands;
  emails;
  passwords;
  clock;
  register;
  constructor(commands, emails, passwords, clock, register) {
    this.commands = commands;
    this.emails = emails;
    this.passwords = passwords;
    this.clock = clock;
    this.register = register;
  }
  create(body, caller) {
    return evenlyTimed(async () => {
      const customerId = derivedId('customer', caller.commandId);
      const command = await this.registration(body);
      customerDecider.decide(command, customerDecider.initialState); // what is refused reserves nothing
      const owner = await this.ownerOf(body.email, customerId, caller);
      const context = commandContext(caller, owner.subjectId, body.noticeVersion);
      if (owner.subjectId === customerId) {
        await this.commands.begin(customerDecider, customerId, command, context);
      } else if (owner.kind === 'customer') {
        const { noticeVersion } = body;
        const repeat = { type: 'RepeatRegistration', noticeVersion };
        const actor = { kind: 'system', id: 'anonymous' };
        await this.commands.execute(customerDecider, owner.subjectId, repeat, { ...context, actor });
      }
      return { customerId };
    });
  }
  async registration(body) {
    const { noticeVersion: version, digest } = this.register;
    if (body.noticeVersion !== version) throw new DomainError('unknown-notice-version');
    const { address, consents, email, familyName, givenName, locale = 'sv', personnummer, phone } = body;
    refuseCardNumbers(givenName, familyName, address?.street, address?.city, address?.postalCode);
    const number =
      personnummer == null ? null : readPersonnummer(personnummer.number, this.clock.now(), 'personnummer.number');
    const passwordHash = await this.passwords.hash(body.password);
    return {
      type: 'Register',
      person: {
        givenName,
        familyName,
        email,
        phone: phone ?? null,
        address: address == null ? null : { ...address },
        passwordHash,
        locale,
      },
      notice: { version, digest },
      choices: consents === undefined ? null : consents.map(({ purpose, given }) => ({ purpose, given })),
      personnummer: personnummer == null || number === null ? null : { number, ground: personnummer.ground },
    };
  }
  /** Who has the address now: this registration, or somebody who was there before. */
  async ownerOf(email, customerId, caller) {
    for (;;) {
      const owner = await this.emails.reserve(email, customerId, 'customer');
      if (owner.subjectId === customerId || !(await this.cameToNothing(owner, email, caller))) return owner;
      await this.emails.takeOver(email, owner.subjectId, customerId);
    }
  }
  async cameToNothing(owner, email, caller) {
    if (owner.kind !== 'customer') return false;
    const { state } = await this.commands.load(customerDecider, owner.subjectId);
    if (Date.parse(this.clock.now()) - Date.parse(owner.reservedAt) < abandonedAfterMs) return false;
    if (state.status === 'none') {
      const abandon = { type: 'AbandonRegistration' };
      const context = { ...commandContext(caller, null), causationId: derivedId('abandon', owner.subjectId) };
      const { state: after } = await this.commands.execute(customerDecider, owner.subjectId, abandon, context);
      return after.status === 'abandoned';
    }
    const used = readable(profileOf(state)?.email, null);
    return used === null || normalizedEmail(used) !== normalizedEmail(email);
  }
};
__decorate(
  [
    Post(),
    Idempotent(),
    ApiCreatedResponse({ type: RegisteredCustomer }),
    __param(0, Body()),
    __param(1, FromCaller()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [RegisterCustomerBody, Object]),
    __metadata('design:returntype', Promise),
  ],
  RegistrationController.prototype,
  'create',
  null,
);
RegistrationController = __decorate(
  [
    ApiTags('Identity'),
    ApiProblems(400, 409, 413, 415, 422, 503),
    Controller('api/v1/customers'),
    __param(4, Inject(REGISTER)),
    __metadata('design:paramtypes', [Commands, EmailIndex, Passwords, Clock, Object]),
  ],
  RegistrationController,
);
export { RegistrationController };
//# sourceMappingURL=registration.controller.js.map
