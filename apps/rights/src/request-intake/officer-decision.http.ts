import { LineField } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsIn,
  IsISO31661Alpha2,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

const WhenSent = (name: keyof CorrectionBody) =>
  ValidateIf((body: CorrectionBody) => body[name] !== undefined && body[name] !== null);

/** Complete, or not there at all. */
export class CorrectedAddress {
  @LineField(200)
  street!: string;

  @LineField(20)
  postalCode!: string;

  @LineField(100)
  city!: string;

  /** ISO 3166-1 alpha-2. */
  @ApiProperty({ pattern: '^[A-Z]{2}$' })
  @IsISO31661Alpha2()
  @Matches(/^[A-Z]{2}$/, { message: 'country must be two capital letters' })
  country!: string;
}

const phoneShape = /^\+?[0-9][0-9 ()/-]{4,24}$/;

/** What an officer puts right for the person; what is absent stays. */
export class CorrectionBody {
  @WhenSent('givenName')
  @LineField(100, false)
  givenName?: string;

  @WhenSent('familyName')
  @LineField(100, false)
  familyName?: string;

  /** `null` removes it. */
  @ApiProperty({ required: false, type: String, nullable: true, pattern: phoneShape.source })
  @WhenSent('phone')
  @Matches(phoneShape, { message: 'phone must be a telephone number' })
  phone?: string | null;

  /** `null` removes it. */
  @ApiProperty({ required: false, type: CorrectedAddress, nullable: true })
  @WhenSent('address')
  @ValidateNested()
  @Type(() => CorrectedAddress)
  address?: CorrectedAddress | null;
}

const decisions = ['approve', 'refuse', 'partlyRefuse'] as const;

export class DecisionBody {
  /** `partlyRefuse`: of an erasure, the delivery data of open orders stays; everything else goes. */
  @ApiProperty({ enum: decisions })
  @IsIn(decisions)
  decision!: (typeof decisions)[number];

  /** What the person is told; needed for every kind of refusal. */
  @ApiProperty({ required: false, maxLength: 2000 })
  @ValidateIf(({ decision, reason }: DecisionBody) => reason !== undefined || decision !== 'approve')
  @IsString()
  @MinLength(1)
  @MaxLength(2000)
  reason?: string;

  /** Of a rectification: what is corrected with the approval. */
  @ApiProperty({ required: false, type: CorrectionBody })
  @IsOptional()
  @ValidateNested()
  @Type(() => CorrectionBody)
  changes?: CorrectionBody;
}

export class ExtensionBody {
  /** Why it takes longer; the person is told. */
  @LineField(2000)
  reason!: string;
}
