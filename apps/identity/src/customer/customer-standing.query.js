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
import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { customerDecider } from './customer.decider.js';
/** Is there such a customer? Read from the stream. */
let CustomerStanding = class CustomerStanding {
  commands;
  constructor(commands) {
    this.commands = commands;
  }
  /** Was there ever one? An erased one still has a history. */
  async exists(subjectId) {
    const { state } = await this.commands.load(customerDecider, subjectId);
    return state.status !== 'none' && state.status !== 'abandoned';
  }
};
CustomerStanding = __decorate([Injectable(), __metadata('design:paramtypes', [Commands])], CustomerStanding);
export { CustomerStanding };
//# sourceMappingURL=customer-standing.query.js.map
