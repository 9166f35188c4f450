import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength, ValidateIf } from 'class-validator';

/** The token of the mailed link, or the address and the mailed code. */
export class EmailConfirmationBody {
  @ApiProperty({ required: false, maxLength: 200 })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  token?: string;

  /** Not validated as an address on purpose: a malformed address is answered like one that nobody waits for. */
  @ApiProperty({ required: false, maxLength: 320 })
  @ValidateIf((body: EmailConfirmationBody) => body.token === undefined)
  @IsString()
  @MaxLength(320)
  email?: string;

  @ApiProperty({ required: false, maxLength: 20, example: '042917' })
  @ValidateIf((body: EmailConfirmationBody) => body.token === undefined)
  @IsString()
  @MaxLength(20)
  code?: string;
}

export class ConfirmedEmail {
  @ApiProperty({ enum: ['confirmed'] })
  status!: 'confirmed';
}
