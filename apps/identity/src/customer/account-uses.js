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
import { Clock, newId } from '@dittoo/kernel';
import { LOGGER } from '@dittoo/platform';
import { dayOf } from '@dittoo/processor-register';
import { Commands, systemContext } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { customerDecider } from './customer.decider.js';
const remembered = 10_000;
/**
 * A use is an event at most once a day and account: retention counts days, so a day's first sign-in says all there is to
 * say, and the log does not fill. A use that could not be recorded does not stop the sign-in; the next one records it.
 */
let AccountUses = class AccountUses {
  commands;
  clock;
  logger;
  recorded = new Map();
  constructor(commands, clock, logger) {
    this.commands = commands;
    this.clock = clock;
    this.logger = logger;
  }
  async note(subjectId) {
    const today = dayOf(this.clock.now());
    if (this.recorded.get(subjectId) === today) return;
    try {
      await this.record(subjectId, today);
      if (this.recorded.size >= remembered) this.recorded.clear();
      this.recorded.set(subjectId, today);
    } catch (error) {
      const failure = error instanceof Error ? error.name : 'unknown';
      this.logger.warn({ subjectId, failure }, 'account-use.not-recorded');
    }
  }
  async record(subjectId, on) {
    const context = systemContext('identity.session', subjectId, newId());
    await this.commands.execute(customerDecider, subjectId, { type: 'RecordUse', on }, context);
  }
};
AccountUses = __decorate(
  [Injectable(), __param(2, Inject(LOGGER)), __metadata('design:paramtypes', [Commands, Clock, Object])],
  AccountUses,
);
export { AccountUses };
//# sourceMappingURL=account-uses.js.map
