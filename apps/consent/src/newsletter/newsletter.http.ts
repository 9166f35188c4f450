import { locales, type Locale } from '@dittoo/contracts';
import { EmailField } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { Equals, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

export class SubscribeBody {
  @EmailField()
  email!: string;

  /** The version of the policy the person was shown. */
  @ApiProperty({ maxLength: 40 })
  @IsString()
  @MaxLength(40)
  noticeVersion!: string;

  /** Language of the confirmation mail and of later mail. */
  @ApiProperty({ required: false, enum: locales })
  @IsOptional()
  @IsIn(locales)
  locale?: Locale;
}

/** The same for every address, whether or not a mail is sent. */
export class SubscriptionAsked {
  @ApiProperty({ enum: ['confirmationAwaited'] })
  status!: 'confirmationAwaited';
}

export class ConfirmBody {
  /** The token of the mailed link. */
  @ApiProperty({ maxLength: 200 })
  @IsString()
  @MaxLength(200)
  token!: string;
}

export class SubscriptionConfirmed {
  @ApiProperty({ enum: ['confirmed'] })
  status!: 'confirmed';
}

export class UnsubscribeQuery {
  /** In the URL for RFC 8058's one click, because a mail program posts no JSON. */
  @ApiProperty({ required: false, maxLength: 200 })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  token?: string;
}

/** Either `token`, or RFC 8058's `List-Unsubscribe=One-Click` with the token in the URL. */
export class UnsubscribeBody {
  @ApiProperty({ required: false, maxLength: 200 })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  token?: string;

  @ApiProperty({ required: false, enum: ['One-Click'] })
  @IsOptional()
  @Equals('One-Click')
  'List-Unsubscribe'?: 'One-Click';
}

export class Unsubscribed {
  @ApiProperty({ enum: ['unsubscribed'] })
  status!: 'unsubscribed';
}

export class SoftOptInAnswer {
  /** `ended`: declined, unsubscribed or objected, before or after a purchase. */
  @ApiProperty({ enum: ['none', 'noted', 'ended'] })
  status!: 'none' | 'noted' | 'ended';

  @ApiProperty({ enum: ['similarGoods'] })
  purpose!: 'similarGoods';

  /** Never consent. */
  @ApiProperty({ enum: ['legitimateInterests'] })
  legalBasis!: 'legitimateInterests';

  /** The purchase it is based on. */
  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  orderId!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  since!: string | null;
}
