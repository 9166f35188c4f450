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
import { personnummerGrounds } from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { LineField } from '@dittoo/service';
export class MaskedPersonnummer {
  /** `19700428-****` */
  number;
  ground;
}
__decorate([ApiProperty(), __metadata('design:type', String)], MaskedPersonnummer.prototype, 'number', void 0);
__decorate(
  [ApiProperty({ enum: personnummerGrounds }), __metadata('design:type', String)],
  MaskedPersonnummer.prototype,
  'ground',
  void 0,
);
export class RevealPersonnummerBody {
  /** What the number is needed for; kept, sealed, with the reveal. */
  purpose;
}
__decorate([LineField(500), __metadata('design:type', String)], RevealPersonnummerBody.prototype, 'purpose', void 0);
export class RevealedPersonnummer {
  /** 12 digits. */
  number;
}
__decorate(
  [ApiProperty({ pattern: '^\\d{12}$' }), __metadata('design:type', String)],
  RevealedPersonnummer.prototype,
  'number',
  void 0,
);
//# sourceMappingURL=personnummer.http.js.map
