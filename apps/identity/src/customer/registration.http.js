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
import { consentPurposes, locales, personnummerGrounds } from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsISO31661Alpha2,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { EmailField, LineField } from '@dittoo/service';
/** Complete, or not there at all. */
export class AddressBody {
  street;
  postalCode;
  city;
  /** ISO 3166-1 alpha-2. */
  country;
}
__decorate([LineField(200), __metadata('design:type', String)], AddressBody.prototype, 'street', void 0);
__decorate([LineField(20), __metadata('design:type', String)], AddressBody.prototype, 'postalCode', void 0);
__decorate([LineField(100), __metadata('design:type', String)], AddressBody.prototype, 'city', void 0);
__decorate(
  [
    ApiProperty({ pattern: '^[A-Z]{2}$' }),
    IsISO31661Alpha2(),
    Matches(/^[A-Z]{2}$/, { message: 'country must be two capital letters' }),
    __metadata('design:type', String),
  ],
  AddressBody.prototype,
  'country',
  void 0,
);
export class PersonnummerBody {
  /** 10 or 12 digits. */
  number;
  /** Lag (2018:218) 3 kap. 10 §. */
  ground;
}
__decorate(
  [ApiProperty({ maxLength: 20 }), IsString(), MaxLength(20), __metadata('design:type', String)],
  PersonnummerBody.prototype,
  'number',
  void 0,
);
__decorate(
  [ApiProperty({ enum: personnummerGrounds }), IsIn(personnummerGrounds), __metadata('design:type', String)],
  PersonnummerBody.prototype,
  'ground',
  void 0,
);
export class ConsentChoiceBody {
  purpose;
  given;
}
__decorate(
  [ApiProperty({ enum: consentPurposes }), IsIn(consentPurposes), __metadata('design:type', String)],
  ConsentChoiceBody.prototype,
  'purpose',
  void 0,
);
__decorate(
  [ApiProperty(), IsBoolean(), __metadata('design:type', Boolean)],
  ConsentChoiceBody.prototype,
  'given',
  void 0,
);
export const phoneShape = /^\+?[0-9][0-9 ()/-]{4,24}$/;
export class RegisterCustomerBody {
  email;
  password;
  givenName;
  familyName;
  phone;
  address;
  personnummer;
  /** Default `sv`. */
  locale;
  /** The version of the policy the person was shown: the one in force. */
  noticeVersion;
  /** The optional choices of the form, each one its own; registering needs none of them. */
  consents;
}
__decorate([EmailField(), __metadata('design:type', String)], RegisterCustomerBody.prototype, 'email', void 0);
__decorate(
  [
    ApiProperty({ minLength: 8, maxLength: 200, format: 'password' }),
    IsString(),
    MinLength(8),
    MaxLength(200),
    __metadata('design:type', String),
  ],
  RegisterCustomerBody.prototype,
  'password',
  void 0,
);
__decorate([LineField(100), __metadata('design:type', String)], RegisterCustomerBody.prototype, 'givenName', void 0);
__decorate([LineField(100), __metadata('design:type', String)], RegisterCustomerBody.prototype, 'familyName', void 0);
__decorate(
  [
    ApiProperty({ required: false, type: String, nullable: true, pattern: phoneShape.source }),
    IsOptional(),
    Matches(phoneShape, { message: 'phone must be a telephone number' }),
    __metadata('design:type', Object),
  ],
  RegisterCustomerBody.prototype,
  'phone',
  void 0,
);
__decorate(
  [
    ApiProperty({ required: false, type: AddressBody, nullable: true }),
    IsOptional(),
    ValidateNested(),
    Type(() => AddressBody),
    __metadata('design:type', Object),
  ],
  RegisterCustomerBody.prototype,
  'address',
  void 0,
);
__decorate(
  [
    ApiProperty({ required: false, type: PersonnummerBody, nullable: true }),
    IsOptional(),
    ValidateNested(),
    Type(() => PersonnummerBody),
    __metadata('design:type', Object),
  ],
  RegisterCustomerBody.prototype,
  'personnummer',
  void 0,
);
__decorate(
  [ApiProperty({ required: false, enum: locales }), IsOptional(), IsIn(locales), __metadata('design:type', String)],
  RegisterCustomerBody.prototype,
  'locale',
  void 0,
);
__decorate(
  [ApiProperty({ maxLength: 40 }), IsDefined(), IsString(), MaxLength(40), __metadata('design:type', String)],
  RegisterCustomerBody.prototype,
  'noticeVersion',
  void 0,
);
__decorate(
  [
    ApiProperty({ required: false, type: [ConsentChoiceBody], maxItems: consentPurposes.length }),
    IsOptional(),
    IsArray(),
    ArrayMaxSize(consentPurposes.length),
    ArrayUnique(({ purpose }) => purpose, { message: 'each purpose stands once' }),
    ValidateNested({ each: true }),
    Type(() => ConsentChoiceBody),
    __metadata('design:type', Array),
  ],
  RegisterCustomerBody.prototype,
  'consents',
  void 0,
);
export class RegisteredCustomer {
  customerId;
}
__decorate(
  [ApiProperty({ format: 'uuid' }), __metadata('design:type', String)],
  RegisteredCustomer.prototype,
  'customerId',
  void 0,
);
//# sourceMappingURL=registration.http.js.map
