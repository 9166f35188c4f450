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
import { customerDecider } from './customer.decider.js';
import { profileOf } from './customer.js';
/** What signing in needs of a customer; `null` = nobody who may sign in. */
let CustomerCredentials = class CustomerCredentials {
  commands;
  constructor(commands) {
    this.commands = commands;
  }
  /** @param email the address they used; an entry of the index that the stream does not confirm counts for nothing */
  async passwordHash(subjectId, email) {
    const { state } = await this.commands.load(customerDecider, subjectId);
    const profile = profileOf(state);
    const known = readable(profile?.email, null);
    if (email !== undefined && (known === null || normalizedEmail(known) !== normalizedEmail(email))) return null;
    return readable(profile?.passwordHash, null);
  }
};
CustomerCredentials = __decorate([Injectable(), __metadata('design:paramtypes', [Commands])], CustomerCredentials);
export { CustomerCredentials };
//# sourceMappingURL=customer-credentials.query.js.map
