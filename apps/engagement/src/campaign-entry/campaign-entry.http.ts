import { consentPurposes, locales, type ConsentPurpose, type Locale } from '@dittoo/contracts';
import { EmailField } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';

export class CampaignChoiceBody {
  @ApiProperty({ enum: consentPurposes })
  @IsIn(consentPurposes)
  purpose!: ConsentPurpose;

  @ApiProperty()
  @IsBoolean()
  given!: boolean;
}

export class CampaignEntryBody {
  @ApiProperty({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' })
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { message: 'campaignId must be letters, digits, . _ or -' })
  campaignId!: string;

  @IsOptional()
  @EmailField()
  email?: string | null;

  /** E.164, or a national notation. */
  @ApiProperty({ required: false, type: String, nullable: true })
  @IsOptional()
  @Matches(/^\+?[0-9][0-9 ()/-]{4,24}$/, { message: 'phone must be a telephone number' })
  phone?: string | null;

  /** The click id of the advertisement's link (gclid, gbraid, wbraid). */
  @ApiProperty({ required: false, type: String, nullable: true, maxLength: 200 })
  @IsOptional()
  @Matches(/^[\w.-]{1,200}$/, { message: 'clickId must be letters, digits, . _ or -' })
  clickId?: string | null;

  /** The form's boxes, unticked by default and independent; without a yes no personal data is kept. */
  @ApiProperty({ type: [CampaignChoiceBody], maxItems: consentPurposes.length })
  @IsArray()
  @ArrayMaxSize(consentPurposes.length)
  @ArrayUnique(({ purpose }: CampaignChoiceBody) => purpose, { message: 'each purpose stands once' })
  @ValidateNested({ each: true })
  @Type(() => CampaignChoiceBody)
  consents!: CampaignChoiceBody[];

  /** The version of the policy that was shown; default the one in force. */
  @ApiProperty({ required: false, maxLength: 40 })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  noticeVersion?: string;

  @ApiProperty({ required: false, enum: locales })
  @IsOptional()
  @IsIn(locales)
  locale?: Locale;
}

export class EnteredCampaign {
  @ApiProperty({ format: 'uuid' })
  entryId!: string;
}
