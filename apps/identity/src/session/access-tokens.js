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
import { tokenAudience, tokenIssuer } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import { SigningKeys } from './signing-keys.js';
export const accessTokenSeconds = 600;
/** Access tokens that every service verifies by the published keys. */
let AccessTokens = class AccessTokens {
  keys;
  clock;
  constructor(keys, clock) {
    this.keys = keys;
    this.clock = clock;
  }
  async issue({ authenticatedAt, role, sessionId, subjectId }) {
    const { kid, privateKey } = await this.keys.current();
    const now = Math.floor(Date.parse(this.clock.now()) / 1000);
    return new SignJWT({ role, sid: sessionId, auth_time: Math.floor(Date.parse(authenticatedAt) / 1000) })
      .setProtectedHeader({ alg: 'EdDSA', kid })
      .setSubject(subjectId)
      .setIssuer(tokenIssuer)
      .setAudience(tokenAudience)
      .setIssuedAt(now)
      .setExpirationTime(now + accessTokenSeconds)
      .sign(privateKey);
  }
};
AccessTokens = __decorate([Injectable(), __metadata('design:paramtypes', [SigningKeys, Clock])], AccessTokens);
export { AccessTokens };
//# sourceMappingURL=access-tokens.js.map
