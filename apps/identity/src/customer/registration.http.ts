import {
  consentPurposes,
  locales,
  personnummerGrounds,
  type ConsentPurpose,
  type Locale,
  type PersonnummerGround,
} from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsOptional,
  IsString,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { AddressBody, EmailField, LineField, PhoneField } from '@dittoo/service';

export class PersonnummerBody {
  /** 10 or 12 digits. */
  @ApiProperty({ maxLength: 20 })
  @IsString()
  @MaxLength(20)
  number!: string;

  /** Lag (2018:218) 3 kap. 10 §. */
  @ApiProperty({ enum: personnummerGrounds })
  @IsIn(personnummerGrounds)
  ground!: PersonnummerGround;
}

export class ConsentChoiceBody {
  @ApiProperty({ enum: consentPurposes })
  @IsIn(consentPurposes)
  purpose!: ConsentPurpose;

  @ApiProperty()
  @IsBoolean()
  given!: boolean;
}

export class RegisterCustomerBody {
  @EmailField()
  email!: string;

  @ApiProperty({ minLength: 8, maxLength: 200, format: 'password' })
  @IsString()
  @MinLength(8)
  @MaxLength(200)
  password!: string;

  @LineField(100)
  givenName!: string;

  @LineField(100)
  familyName!: string;

  @IsOptional()
  @PhoneField()
  phone?: string | null;

  @ApiProperty({ required: false, type: AddressBody, nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => AddressBody)
  address?: AddressBody | null;

  @ApiProperty({ required: false, type: PersonnummerBody, nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => PersonnummerBody)
  personnummer?: PersonnummerBody | null;

  /** Default `sv`. */
  @ApiProperty({ required: false, enum: locales })
  @IsOptional()
  @IsIn(locales)
  locale?: Locale;

  /** The version of the policy the person was shown: the one in force. */
  @ApiProperty({ maxLength: 40 })
  @IsDefined()
  @IsString()
  @MaxLength(40)
  noticeVersion!: string;

  /** The optional choices of the form, each independent; registration needs none of them. */
  @ApiProperty({ required: false, type: [ConsentChoiceBody], maxItems: consentPurposes.length })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(consentPurposes.length)
  @ArrayUnique(({ purpose }: ConsentChoiceBody) => purpose, { message: 'each purpose stands once' })
  @ValidateNested({ each: true })
  @Type(() => ConsentChoiceBody)
  consents?: ConsentChoiceBody[];
}

export class RegisteredCustomer {
  @ApiProperty({ format: 'uuid' })
  customerId!: string;
}
