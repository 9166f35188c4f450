import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { RetainedAnswer } from '../rights-request/rights-request.http.js';

export class CertificateQuery {
  /** Of the link that was handed out with the request; instead of signing in. */
  @ApiProperty({ required: false, maxLength: 100 })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  token?: string;
}

export class DestroyedKeyAnswer {
  @ApiProperty()
  category!: string;

  /** SHA-256 of the key that was destroyed, hex; `null` = none was ever made, and none can be. */
  @ApiProperty({ type: String, nullable: true })
  fingerprint!: string | null;
}

export class CertifiedRecipient {
  @ApiProperty()
  processorId!: string;

  @ApiProperty()
  processorName!: string;

  @ApiProperty({ enum: ['asked', 'acknowledged', 'failed', 'notSupported'] })
  state!: string;

  /** A word of the register, or of ours. */
  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;
}

/** What an erasure did; nothing personal is in it. */
export class ErasureCertificate {
  @ApiProperty()
  issuer!: string;

  @ApiProperty({ format: 'uuid' })
  requestId!: string;

  /** The version of the policy the request was judged by. */
  @ApiProperty()
  noticeVersion!: string;

  @ApiProperty({ format: 'date-time' })
  receivedAt!: string;

  @ApiProperty({ format: 'date-time' })
  answeredAt!: string;

  @ApiProperty({ format: 'date-time' })
  issuedAt!: string;

  @ApiProperty({ enum: ['done', 'partlyDone'] })
  outcome!: 'done' | 'partlyDone';

  @ApiProperty({ type: [DestroyedKeyAnswer] })
  keys!: readonly DestroyedKeyAnswer[];

  @ApiProperty({ type: [RetainedAnswer] })
  retained!: readonly RetainedAnswer[];

  @ApiProperty({ type: [CertifiedRecipient] })
  recipients!: readonly CertifiedRecipient[];
}

export class CertificateAnswer {
  @ApiProperty({ type: ErasureCertificate })
  certificate!: ErasureCertificate;

  /** The same as compact JWS (RFC 7515), EdDSA by a key of `/.well-known/document-keys.json`. */
  @ApiProperty()
  jws!: string;
}
