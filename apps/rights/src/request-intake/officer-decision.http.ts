import { AddressBody, EmailField, LineField, PhoneField, TextField, WhenSent, WhenSet } from '@dittoo/service';
import {
  locales,
  requestChannels,
  rightsRequestKinds,
  type Locale,
  type RequestChannel,
  type RightsRequestKind,
} from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsIn,
  IsISO8601,
  IsOptional,
  IsString,
  MaxLength,
  MinLength,
  ValidateIf,
  ValidateNested,
  IsUUID,
} from 'class-validator';
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

export class EnteredRequestBody {
  @ApiProperty({ enum: rightsRequestKinds })
  @IsIn(rightsRequestKinds)
  kind!: RightsRequestKind;

  /** How it reached the shop. */
  @ApiProperty({ enum: requestChannels })
  @IsIn(requestChannels)
  channel!: RequestChannel;

  /** When it reached the shop, from which the due date is counted; absent = now. */
  @ApiProperty({ required: false, format: 'date-time' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  @MaxLength(40)
  receivedAt?: string;

  /** The request in the person's own words. */
  @ApiProperty({ required: false, type: String, nullable: true, maxLength: 4000 })
  @IsOptional()
  @IsString()
  @MaxLength(4000)
  detail?: string | null;

  /** Whose request it is, as found by `GET /audit/subjects`. Without it, `email` says so. */
  @ApiProperty({ required: false, format: 'uuid' })
  @IsOptional()
  @IsUUID()
  subjectId?: string;

  /** Where the answer is mailed; without it to the address of the account, or by the officer. */
  @ApiProperty({ required: false, format: 'email', maxLength: 254 })
  @ValidateIf(({ email }: EnteredRequestBody) => email !== undefined)
  @EmailField()
  email?: string;

  /** The language of the answer; default `sv`. */
  @ApiProperty({ required: false, enum: locales })
  @IsOptional()
  @IsIn(locales)
  locale?: Locale;
}

export class ExtensionBody {
  /** Why it takes longer; the person is informed. */
  @TextField(2000)
  reason!: string;
}
