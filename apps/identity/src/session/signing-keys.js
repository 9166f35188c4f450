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
import { Clock } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { SigningKeySet, wrappedSigningKeys } from '@dittoo/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
const where = { table: 'identity.signing_key', use: 'signing-key' };
/** The key access tokens and what a person takes home are signed with. */
let SigningKeys = class SigningKeys extends SigningKeySet {
  constructor(rows, keys, clock) {
    super(rows, keys, clock, where);
  }
};
SigningKeys = __decorate(
  [Injectable(), __metadata('design:paramtypes', [DataSource, KeyEncryption, Clock])],
  SigningKeys,
);
export { SigningKeys };
export const signingKeysWrapped = wrappedSigningKeys(where);
//# sourceMappingURL=signing-keys.js.map
