import { locales, type Locale } from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsString, MaxLength, ValidateNested } from 'class-validator';
import { AddressBody, EmailField, LineField, PhoneField, WhenSent, WhenSet } from '@dittoo/service';

export class RectifyProfileBody {
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

  /** Complete; `null` removes it. */
  @ApiProperty({ required: false, type: AddressBody, nullable: true })
  @WhenSet('address')
  @ValidateNested()
  @Type(() => AddressBody)
  address?: AddressBody | null;

  @ApiProperty({ required: false, enum: locales })
  @WhenSent('locale')
  @IsIn(locales)
  locale?: Locale;
}

export class ProfileAnswer {
  @ApiProperty({ format: 'uuid' })
  customerId!: string;

  @ApiProperty()
  email!: string;

  @ApiProperty()
  givenName!: string;

  @ApiProperty()
  familyName!: string;

  @ApiProperty({ type: String, nullable: true })
  phone!: string | null;

  @ApiProperty({ type: AddressBody, nullable: true })
  address!: AddressBody | null;

  @ApiProperty({ enum: locales })
  locale!: Locale;

  /** The version of the policy that was shown at registration. */
  @ApiProperty({ type: String, nullable: true })
  noticeVersion!: string | null;
}

export class ChangeEmailBody {
  @EmailField()
  email!: string;
}

export class EmailChangeAnswer {
  /** Until when the mailed token is valid. */
  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;
}

export class ConfirmEmailBody {
  @ApiProperty({ maxLength: 200 })
  @IsString()
  @MaxLength(200)
  token!: string;
}
