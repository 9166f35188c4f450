import { locales, type Locale } from '@dittoo/contracts';
import { EmailField, LineField, TextField } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';

export class SupportCaseBody {
  @EmailField()
  email!: string;

  @LineField(200)
  subject!: string;

  @TextField(10_000)
  body!: string;

  @ApiProperty({ required: false, type: String, nullable: true, format: 'uuid' })
  @IsOptional()
  @IsUUID()
  orderId?: string | null;

  /** The language to answer in; default Swedish. */
  @ApiProperty({ required: false, enum: locales })
  @IsOptional()
  @IsIn(locales)
  locale?: Locale;
}

export class OpenedSupportCase {
  @ApiProperty({ format: 'uuid' })
  caseId!: string;
}

export class SupportMessageBody {
  @TextField(10_000)
  body!: string;
}
