import { consentPurposes, type ConsentPurpose } from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsString, MaxLength } from 'class-validator';

export class ConsentParams {
  @ApiProperty({ enum: consentPurposes })
  @IsIn(consentPurposes)
  purpose!: ConsentPurpose;
}

export class ChooseConsentBody {
  /** `true` gives, `false` withdraws (or refuses): one call either way. */
  @ApiProperty()
  @IsBoolean()
  given!: boolean;

  /** The version of the policy the person was shown. */
  @ApiProperty({ maxLength: 40 })
  @IsString()
  @MaxLength(40)
  noticeVersion!: string;
}

/** ISO/IEC TS 27560's event states, and `notAsked`. */
export const consentStatuses = [
  'notAsked',
  'requested',
  'given',
  'refused',
  'reconfirmed',
  'withdrawn',
  'expired',
  'invalidated',
] as const;

export class ConsentAnswer {
  @ApiProperty({ enum: consentPurposes })
  purpose!: ConsentPurpose;

  /** Only `given` and `reconfirmed` permit anything. */
  @ApiProperty({ enum: consentStatuses })
  status!: (typeof consentStatuses)[number];

  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  recordId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  noticeVersion!: string | null;

  /** Server time of the last choice. */
  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  changedAt!: string | null;

  /** When a consent in force expires; `null` = it does not. */
  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  validUntil!: string | null;
}

export class ConsentList {
  @ApiProperty({ type: [ConsentAnswer] })
  items!: readonly ConsentAnswer[];
}
