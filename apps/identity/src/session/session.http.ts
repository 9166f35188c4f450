import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

/** Not validated as an address on purpose: a malformed address is answered like an unknown one. */
export class SignInBody {
  @ApiProperty({ maxLength: 320 })
  @IsString()
  @MaxLength(320)
  email!: string;

  @ApiProperty({ maxLength: 200, format: 'password' })
  @IsString()
  @MaxLength(200)
  password!: string;
}

export class RefreshBody {
  @ApiProperty({ maxLength: 100 })
  @IsString()
  @MaxLength(100)
  refreshToken!: string;
}

export class ReauthenticateBody {
  @ApiProperty({ maxLength: 200, format: 'password' })
  @IsString()
  @MaxLength(200)
  password!: string;
}

export class SessionAnswer {
  @ApiProperty()
  accessToken!: string;

  /** Valid once; each refresh returns the next one. */
  @ApiProperty()
  refreshToken!: string;

  /** Seconds the access token is valid for. */
  @ApiProperty()
  expiresIn!: number;
}

export class ReauthenticatedAnswer {
  @ApiProperty()
  accessToken!: string;

  @ApiProperty()
  expiresIn!: number;
}
