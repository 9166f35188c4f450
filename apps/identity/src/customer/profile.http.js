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
import { locales } from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsString, Matches, MaxLength, ValidateIf, ValidateNested } from 'class-validator';
import { AddressBody, phoneShape } from './registration.http.js';
import { EmailField, LineField } from '@dittoo/service';
/** Absent stays as it is; `null` is an answer only where it is allowed. */
const WhenSent = (name) => ValidateIf((body) => body[name] !== undefined);
const WhenSet = (name) => ValidateIf((body) => body[name] != null);
export class RectifyProfileBody {
  givenName;
  familyName;
  /** `null` removes it. */
  phone;
  /** Complete; `null` removes it. */
  address;
  locale;
}
__decorate(
  [WhenSent('givenName'), LineField(100, false), __metadata('design:type', String)],
  RectifyProfileBody.prototype,
  'givenName',
  void 0,
);
__decorate(
  [WhenSent('familyName'), LineField(100, false), __metadata('design:type', String)],
  RectifyProfileBody.prototype,
  'familyName',
  void 0,
);
__decorate(
  [
    ApiProperty({ required: false, type: String, nullable: true, pattern: phoneShape.source }),
    WhenSet('phone'),
    Matches(phoneShape, { message: 'phone must be a telephone number' }),
    __metadata('design:type', Object),
  ],
  RectifyProfileBody.prototype,
  'phone',
  void 0,
);
__decorate(
  [
    ApiProperty({ required: false, type: AddressBody, nullable: true }),
    WhenSet('address'),
    ValidateNested(),
    Type(() => AddressBody),
    __metadata('design:type', Object),
  ],
  RectifyProfileBody.prototype,
  'address',
  void 0,
);
__decorate(
  [
    ApiProperty({ required: false, enum: locales }),
    WhenSent('locale'),
    IsIn(locales),
    __metadata('design:type', String),
  ],
  RectifyProfileBody.prototype,
  'locale',
  void 0,
);
export class ProfileAnswer {
  customerId;
  email;
  givenName;
  familyName;
  phone;
  address;
  locale;
  /** The version of the policy that was shown at registration. */
  noticeVersion;
}
__decorate(
  [ApiProperty({ format: 'uuid' }), __metadata('design:type', String)],
  ProfileAnswer.prototype,
  'customerId',
  void 0,
);
__decorate([ApiProperty(), __metadata('design:type', String)], ProfileAnswer.prototype, 'email', void 0);
__decorate([ApiProperty(), __metadata('design:type', String)], ProfileAnswer.prototype, 'givenName', void 0);
__decorate([ApiProperty(), __metadata('design:type', String)], ProfileAnswer.prototype, 'familyName', void 0);
__decorate(
  [ApiProperty({ type: String, nullable: true }), __metadata('design:type', Object)],
  ProfileAnswer.prototype,
  'phone',
  void 0,
);
__decorate(
  [ApiProperty({ type: AddressBody, nullable: true }), __metadata('design:type', Object)],
  ProfileAnswer.prototype,
  'address',
  void 0,
);
__decorate(
  [ApiProperty({ enum: locales }), __metadata('design:type', String)],
  ProfileAnswer.prototype,
  'locale',
  void 0,
);
__decorate(
  [ApiProperty({ type: String, nullable: true }), __metadata('design:type', Object)],
  ProfileAnswer.prototype,
  'noticeVersion',
  void 0,
);
export class ChangeEmailBody {
  email;
}
__decorate([EmailField(), __metadata('design:type', String)], ChangeEmailBody.prototype, 'email', void 0);
export class EmailChangeAnswer {
  /** Until when the mailed token is good. */
  expiresAt;
}
__decorate(
  [ApiProperty({ format: 'date-time' }), __metadata('design:type', String)],
  EmailChangeAnswer.prototype,
  'expiresAt',
  void 0,
);
export class ConfirmEmailBody {
  token;
}
__decorate(
  [ApiProperty({ maxLength: 100 }), IsString(), MaxLength(100), __metadata('design:type', String)],
  ConfirmEmailBody.prototype,
  'token',
  void 0,
);
//# sourceMappingURL=profile.http.js.map
