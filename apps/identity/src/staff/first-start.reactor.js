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
import { derivedId, newId } from '@dittoo/kernel';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { EmailIndex } from '@dittoo/personal-data';
import { IDENTITY_CONFIG } from '../identity.config.js';
import { Passwords } from '../password/passwords.js';
import { FirstOfficer } from './first-officer.js';
import { staffAccountDecider } from './staff-account.decider.js';
/**
 * Opens the staff accounts the configuration names, at the first start that names them; where there is no officer at
 * all it makes one.
 *
 * The id of an account follows from its address (keyed, so it says nothing), hence two processes that start at once,
 * or a start that died half way, mean the same account.
 */
let FirstStartReactor = class FirstStartReactor {
  commands;
  emails;
  passwords;
  firstOfficer;
  config;
  constructor(commands, emails, passwords, firstOfficer, config) {
    this.commands = commands;
    this.emails = emails;
    this.passwords = passwords;
    this.firstOfficer = firstOfficer;
    this.config = config;
  }
  async onApplicationBootstrap() {
    for (const staff of this.config.staff) await this.open(staff);
    if (await this.emails.holds('complianceOfficer')) return;
    const officer = {
      email: 'officer@example.org',
      password: randomBytes(18).toString('base64url'),
      role: 'complianceOfficer',
    };
    if (await this.open(officer)) this.firstOfficer.generated(officer.email, officer.password);
  }
  /** @returns was it opened just now? */
  async open({ email, password, role }) {
    const accountId = derivedId('staffAccount', this.emails.keyOf(email));
    await this.index(email, accountId, role);
    if ((await this.commands.load(staffAccountDecider, accountId)).state.status === 'open') return false;
    const passwordHash = await this.passwords.hash(password);
    const causationId = newId();
    const { events } = await this.commands.execute(
      staffAccountDecider,
      accountId,
      { type: 'OpenStaffAccount', account: { email, passwordHash, role } },
      {
        dataSubjectId: accountId,
        actor: { kind: 'system', id: 'identity.firstStart' },
        correlationId: causationId,
        causationId,
        traceparent: null,
        noticeVersion: null,
      },
    );
    return events.length > 0;
  }
  async index(email, accountId, role) {
    const owner = await this.emails.reserve(email, accountId, role);
    if (owner.subjectId !== accountId) throw new Error('a configured staff e-mail belongs to a customer: use another');
  }
};
FirstStartReactor = __decorate(
  [
    Injectable(),
    __param(4, Inject(IDENTITY_CONFIG)),
    __metadata('design:paramtypes', [Commands, EmailIndex, Passwords, FirstOfficer, Object]),
  ],
  FirstStartReactor,
);
export { FirstStartReactor };
//# sourceMappingURL=first-start.reactor.js.map
