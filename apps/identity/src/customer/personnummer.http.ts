import { personnummerGrounds, type PersonnummerGround } from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { LineField } from '@dittoo/service';

export class MaskedPersonnummer {
  /** `19700428-****` */
  @ApiProperty()
  number!: string;

  @ApiProperty({ enum: personnummerGrounds })
  ground!: PersonnummerGround;
}

export class RevealPersonnummerBody {
  /** Why the number is needed; stored sealed in the reveal's event. */
  @LineField(500)
  purpose!: string;
}

export class RevealedPersonnummer {
  /** 12 digits. */
  @ApiProperty({ pattern: '^\\d{12}$' })
  number!: string;
}
