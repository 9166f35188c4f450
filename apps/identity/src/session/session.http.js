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
import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
/** Loose on purpose: what cannot be an address is answered like an unknown one. */
export class SignInBody {
  email;
  password;
}
__decorate(
  [ApiProperty({ maxLength: 320 }), IsString(), MaxLength(320), __metadata('design:type', String)],
  SignInBody.prototype,
  'email',
  void 0,
);
__decorate(
  [ApiProperty({ maxLength: 200, format: 'password' }), IsString(), MaxLength(200), __metadata('design:type', String)],
  SignInBody.prototype,
  'password',
  void 0,
);
export class RefreshBody {
  refreshToken;
}
__decorate(
  [ApiProperty({ maxLength: 100 }), IsString(), MaxLength(100), __metadata('design:type', String)],
  RefreshBody.prototype,
  'refreshToken',
  void 0,
);
export class ReauthenticateBody {
  password;
}
__decorate(
  [ApiProperty({ maxLength: 200, format: 'password' }), IsString(), MaxLength(200), __metadata('design:type', String)],
  ReauthenticateBody.prototype,
  'password',
  void 0,
);
export class SessionAnswer {
  accessToken;
  /** Good once; the next answer brings the next one. */
  refreshToken;
  /** Seconds the access token is good for. */
  expiresIn;
}
__decorate([ApiProperty(), __metadata('design:type', String)], SessionAnswer.prototype, 'accessToken', void 0);
__decorate([ApiProperty(), __metadata('design:type', String)], SessionAnswer.prototype, 'refreshToken', void 0);
__decorate([ApiProperty(), __metadata('design:type', Number)], SessionAnswer.prototype, 'expiresIn', void 0);
export class ReauthenticatedAnswer {
  accessToken;
  expiresIn;
}
__decorate([ApiProperty(), __metadata('design:type', String)], ReauthenticatedAnswer.prototype, 'accessToken', void 0);
__decorate([ApiProperty(), __metadata('design:type', Number)], ReauthenticatedAnswer.prototype, 'expiresIn', void 0);
//# sourceMappingURL=session.http.js.map
