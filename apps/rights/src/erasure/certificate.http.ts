import { locales, type Locale } from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { RetainedAnswer } from '../rights-request/rights-request.http.js';

export class CertificateQuery {
  /** Token of the link that was returned with the request; replaces a sign-in. */
  @ApiProperty({ required: false, maxLength: 100 })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  token?: string;
}

export class CertificatePageQuery extends CertificateQuery {
  /** `html`: a page to read; `json`: for programs. Absent = what the `Accept` header prefers. */
  @ApiProperty({ required: false, enum: ['json', 'html'] })
  @IsOptional()
  @IsIn(['json', 'html'])
  format?: 'json' | 'html';

  /** The language of the page; absent = the requester's. */
  @ApiProperty({ required: false, enum: locales })
  @IsOptional()
  @IsIn(locales)
  lang?: Locale;
}

export class DestroyedKeyAnswer {
  @ApiProperty()
  category!: string;

  /** SHA-256 of the destroyed key, hex; `null` = there was no key, and none can be created any more. */
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

  /** A reason code of the register or of the shop. */
  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;
}

/** The effects of an erasure, without personal data. */
export class ErasureCertificate {
  @ApiProperty()
  issuer!: string;

  @ApiProperty({ format: 'uuid' })
  requestId!: string;

  /** Version of the policy that the request was judged by. */
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

  /** The certificate as compact JWS (RFC 7515), EdDSA by a key of `/.well-known/document-keys.json`. */
  @ApiProperty()
  jws!: string;
}
