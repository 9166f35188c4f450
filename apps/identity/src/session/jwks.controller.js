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
import { jsonWebKeySet } from '@dittoo/platform';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SigningKeys } from './signing-keys.js';
/** The public keys, where every service and anybody else finds them. */
let JwksController = class JwksController {
  keys;
  constructor(keys) {
    this.keys = keys;
  }
  async published() {
    return { keys: await this.keys.published() };
  }
};
__decorate(
  [
    Get(),
    Header('cache-control', 'public, max-age=60'),
    ApiOkResponse(jsonWebKeySet),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', []),
    __metadata('design:returntype', Promise),
  ],
  JwksController.prototype,
  'published',
  null,
);
JwksController = __decorate(
  [ApiTags('Identity'), Controller('.well-known/jwks.json'), __metadata('design:paramtypes', [SigningKeys])],
  JwksController,
);
export { JwksController };
//# sourceMappingURL=jwks.controller.js.map
