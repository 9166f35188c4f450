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
import { readable } from '@dittoo/kernel';
import { normalizedEmail } from '@dittoo/personal-data';
import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { staffAccountDecider } from './staff-account.decider.js';
/** What signing in needs of a member of staff; `null` = nobody who may sign in. */
let StaffCredentials = class StaffCredentials {
  commands;
  constructor(commands) {
    this.commands = commands;
  }
  async passwordHash(accountId, email) {
    const { state } = await this.commands.load(staffAccountDecider, accountId);
    if (state.status === 'none') return null;
    const known = readable(state.email, null);
    if (email !== undefined && (known === null || normalizedEmail(known) !== normalizedEmail(email))) return null;
    return readable(state.passwordHash, null);
  }
};
StaffCredentials = __decorate([Injectable(), __metadata('design:paramtypes', [Commands])], StaffCredentials);
export { StaffCredentials };
//# sourceMappingURL=staff-credentials.query.js.map
