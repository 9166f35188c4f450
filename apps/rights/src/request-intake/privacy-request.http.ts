import { locales, rightsRequestKinds, type Locale, type RightsRequestKind } from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { EmailField } from '@dittoo/service';
import { ExportQuery } from '../rights-request/rights-request.http.js';

export class PrivacyRequestBody {
  @EmailField()
  email!: string;

  @ApiProperty({ enum: rightsRequestKinds })
  @IsIn(rightsRequestKinds)
  kind!: RightsRequestKind;

  /** The request in the person's own words. */
  @ApiProperty({ required: false, type: String, nullable: true, maxLength: 4000 })
  @IsOptional()
  @IsString()
  @MaxLength(4000)
  detail?: string | null;

  /** The language of the mails; default `sv`. */
  @ApiProperty({ required: false, enum: locales })
  @IsOptional()
  @IsIn(locales)
  locale?: Locale;
}

/** The same for every address, so that it does not reveal whether the address is known. */
export class PrivacyRequestAccepted {
  /** Until when the mailed link is valid. */
  @ApiProperty({ format: 'date-time' })
  confirmBy!: string;
}

export class ConfirmPrivacyRequestBody {
  @ApiProperty({ maxLength: 100 })
  @IsString()
  @MaxLength(100)
  token!: string;
}

export class TokenExportBody extends ExportQuery {
  /** The token of the mailed link. */
  @ApiProperty({ maxLength: 100 })
  @IsString()
  @MaxLength(100)
  token!: string;
}
