import { AddressBody, LineField, PhoneField, TextField, WhenSent, WhenSet } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsOptional, IsString, MaxLength, MinLength, ValidateIf, ValidateNested } from 'class-validator';
import { officersDecisions, type OfficersDecision } from '../rights-request/request-kind.js';

/** An officer's correction of the profile; absent fields stay unchanged. */
export class CorrectionBody {
  @WhenSent('givenName')
  @LineField(100, false)
  givenName?: string;

  @WhenSent('familyName')
  @LineField(100, false)
  familyName?: string;

  /** `null` removes it. */
  @WhenSet('phone')
  @PhoneField()
  phone?: string | null;

  /** `null` removes it. */
  @ApiProperty({ required: false, type: AddressBody, nullable: true })
  @WhenSet('address')
  @ValidateNested()
  @Type(() => AddressBody)
  address?: AddressBody | null;
}

export class DecisionBody {
  /**
   * `partlyRefuse`: of an erasure, the delivery data of open orders is kept and everything else erased; of an
   * objection, only marketing ends. A copy and a restriction are approved or refused as a whole.
   */
  @ApiProperty({ enum: officersDecisions })
  @IsIn(officersDecisions)
  decision!: OfficersDecision;

  /** The reason for the person; required for every kind of refusal. */
  @ApiProperty({ required: false, maxLength: 2000 })
  @ValidateIf(({ decision, reason }: DecisionBody) => reason !== undefined || decision !== 'approve')
  @IsString()
  @MinLength(1)
  @MaxLength(2000)
  reason?: string;

  /** Of a rectification: the correction made with the approval. */
  @ApiProperty({ required: false, type: CorrectionBody })
  @IsOptional()
  @ValidateNested()
  @Type(() => CorrectionBody)
  changes?: CorrectionBody;
}

export class ExtensionBody {
  /** Why it takes longer; the person is informed. */
  @TextField(2000)
  reason!: string;
}
