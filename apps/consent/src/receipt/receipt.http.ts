import { consentPurposes, locales, type Locale } from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

export class ReceiptQuery {
  /** `jws`: the same, signed (EdDSA, compact); keys at `/.well-known/consent-receipt-keys.json`. */
  @ApiProperty({ required: false, enum: ['json', 'jws'], default: 'json' })
  @IsOptional()
  @IsIn(['json', 'jws'])
  format?: 'json' | 'jws';
}

export class RecordPurpose {
  @ApiProperty({ enum: consentPurposes })
  purpose!: string;

  @ApiProperty()
  label!: string;

  @ApiProperty()
  description!: string;
}

export class RecordInformation {
  @ApiProperty()
  pii_type!: string;

  @ApiProperty()
  label!: string;

  @ApiProperty()
  category!: string;

  @ApiProperty()
  retention_period!: string;
}

export class RecordLocation {
  @ApiProperty({ description: 'ISO 3166-1 alpha-2' })
  country!: string;

  @ApiProperty()
  text!: string;
}

export class RecordParty {
  @ApiProperty()
  party_name!: string;

  @ApiProperty({ enum: ['controller', 'processor', 'thirdParty', 'authority'] })
  party_role!: 'controller' | 'processor' | 'thirdParty' | 'authority';

  @ApiProperty()
  party_country!: string;

  @ApiProperty({ type: String, nullable: true })
  party_email!: string | null;

  @ApiProperty({ type: String, nullable: true })
  party_url!: string | null;
}

export class ConsentRecordEvent {
  /** The server's. */
  @ApiProperty({ format: 'date-time' })
  event_time!: string;

  @ApiProperty({ enum: ['explicit', 'automatic'] })
  event_type!: 'explicit' | 'automatic';

  @ApiProperty({ enum: ['requested', 'given', 'refused', 'reconfirmed', 'withdrawn', 'expired', 'invalidated'] })
  event_state!: string;

  /** Identifier of the actor. */
  @ApiProperty()
  entity_id!: string;

  /** ISO 8601; `null` = until it is withdrawn. */
  @ApiProperty({ type: String, nullable: true })
  validity_duration!: string | null;

  @ApiProperty({ type: String, nullable: true })
  collection_method!: string | null;

  @ApiProperty({ type: String, nullable: true })
  privacy_notice_version!: string | null;
}

/** ISO/IEC TS 27560; its names as the standard writes them. */
export class ConsentRecord {
  @ApiProperty()
  schema_version!: string;

  @ApiProperty({ format: 'uuid' })
  record_id!: string;

  @ApiProperty({ format: 'uuid' })
  pii_principal_id!: string;

  @ApiProperty({ format: 'uri' })
  privacy_notice!: string;

  @ApiProperty()
  privacy_notice_version!: string;

  @ApiProperty({ description: 'SHA-256, hex' })
  privacy_notice_digest!: string;

  @ApiProperty({ enum: locales })
  language!: Locale;

  @ApiProperty({ type: [RecordPurpose] })
  purposes!: readonly RecordPurpose[];

  @ApiProperty({ type: [RecordInformation] })
  pii_information!: readonly RecordInformation[];

  @ApiProperty({ type: [String] })
  pii_controllers!: readonly string[];

  @ApiProperty({ type: [RecordLocation] })
  storage_locations!: readonly RecordLocation[];

  @ApiProperty({ type: [String] })
  retention_period!: readonly string[];

  @ApiProperty({ description: 'ISO 3166-1 alpha-2' })
  jurisdiction!: string;

  @ApiProperty({ type: [String] })
  recipient_third_parties!: readonly string[];

  @ApiProperty()
  withdrawal_method!: string;

  @ApiProperty({ enum: ['consent'] })
  lawful_basis!: 'consent';

  @ApiProperty()
  collection_method!: string;

  @ApiProperty({ type: [String] })
  privacy_rights!: readonly string[];

  @ApiProperty()
  authority_party!: string;

  @ApiProperty({ type: [RecordParty] })
  parties!: readonly RecordParty[];

  @ApiProperty({ type: [ConsentRecordEvent] })
  events!: readonly ConsentRecordEvent[];
}

export class ConsentReceipt extends ConsentRecord {
  /** Different for each state of the record. */
  @ApiProperty({ format: 'uuid' })
  receipt_id!: string;

  @ApiProperty({ format: 'date-time' })
  issued_at!: string;
}
