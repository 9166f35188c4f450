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
import { IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
/** Exactly one of them. */
export class FindSubjectQuery {
  email;
  customerId;
  orderId;
}
__decorate(
  [
    ApiProperty({ required: false, maxLength: 254 }),
    IsOptional(),
    IsString(),
    MaxLength(254),
    __metadata('design:type', String),
  ],
  FindSubjectQuery.prototype,
  'email',
  void 0,
);
__decorate(
  [ApiProperty({ required: false, format: 'uuid' }), IsOptional(), IsUUID(), __metadata('design:type', String)],
  FindSubjectQuery.prototype,
  'customerId',
  void 0,
);
__decorate(
  [ApiProperty({ required: false, format: 'uuid' }), IsOptional(), IsUUID(), __metadata('design:type', String)],
  FindSubjectQuery.prototype,
  'orderId',
  void 0,
);
export class FoundSubject {
  subjectId;
}
__decorate(
  [ApiProperty({ format: 'uuid' }), __metadata('design:type', String)],
  FoundSubject.prototype,
  'subjectId',
  void 0,
);
export class FoundSubjects {
  items;
}
__decorate(
  [ApiProperty({ type: [FoundSubject] }), __metadata('design:type', Array)],
  FoundSubjects.prototype,
  'items',
  void 0,
);
//# sourceMappingURL=subject-search.http.js.map
