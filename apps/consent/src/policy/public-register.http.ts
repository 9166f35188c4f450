import { dataCategories, type DataCategory, type LegalBasis } from '@dittoo/kernel';
import type { PublicProcessor, PublicPurpose } from '@dittoo/processor-register';
import { ApiProperty } from '@nestjs/swagger';

const legalBases = [
  'consent',
  'contract',
  'legalObligation',
  'vitalInterests',
  'publicTask',
  'legitimateInterests',
] as const;
export const nullableText = { type: String, nullable: true } as const;

export class NamedFieldAnswer {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  label!: string;
}

export class PurposeDataAnswer {
  @ApiProperty({ enum: dataCategories })
  category!: DataCategory;

  @ApiProperty()
  categoryLabel!: string;

  @ApiProperty({ enum: legalBases })
  legalBasis!: LegalBasis;

  @ApiProperty({ ...nullableText, enum: ['consent', 'purpose', 'secureIdentification', 'otherWeightyReason', null] })
  ground!: PublicPurpose['data'][number]['ground'];

  @ApiProperty({ type: [NamedFieldAnswer] })
  fields!: readonly NamedFieldAnswer[];

  @ApiProperty()
  retention!: string;
}

export class PurposeAnswer implements PublicPurpose {
  @ApiProperty()
  purpose!: string;

  @ApiProperty()
  label!: string;

  @ApiProperty()
  description!: string;

  @ApiProperty()
  optionalConsent!: boolean;

  /** ISO 8601; `null` = a consent holds until it is withdrawn. */
  @ApiProperty(nullableText)
  consentValidity!: string | null;

  @ApiProperty({ type: [String] })
  dataSubjects!: readonly string[];

  @ApiProperty({ type: [PurposeDataAnswer] })
  data!: readonly PurposeDataAnswer[];

  /** Ids of the processors that receive data for it. */
  @ApiProperty({ type: [String] })
  processors!: readonly string[];
}

export class PurposeList {
  @ApiProperty({ type: [PurposeAnswer] })
  items!: readonly PurposeAnswer[];
}

export class LegalEntityAnswer {
  @ApiProperty()
  name!: string;

  @ApiProperty(nullableText)
  registrationNumber!: string | null;
}

export class GrantAnswer {
  @ApiProperty()
  purpose!: string;

  @ApiProperty()
  label!: string;

  @ApiProperty({ enum: legalBases })
  legalBasis!: LegalBasis;

  @ApiProperty({ type: [NamedFieldAnswer] })
  fields!: readonly NamedFieldAnswer[];

  @ApiProperty({ type: [NamedFieldAnswer] })
  nonPersonalFields!: readonly NamedFieldAnswer[];
}

export class WithheldAnswer {
  @ApiProperty()
  what!: string;

  @ApiProperty()
  reason!: string;
}

export class SafeguardAnswer {
  @ApiProperty({ enum: ['withinEea', 'adequacyDecision', 'standardContractualClauses', 'bindingCorporateRules'] })
  kind!: string;

  @ApiProperty()
  text!: string;

  @ApiProperty({ type: [String], description: 'ISO 3166-1 alpha-2' })
  thirdCountries!: readonly string[];
}

export class AgreementAnswer {
  @ApiProperty()
  reference!: string;

  @ApiProperty({ format: 'date' })
  signedOn!: string;

  @ApiProperty({ ...nullableText, format: 'date' })
  validTo!: string | null;
}

export class ErasureAtProcessor {
  @ApiProperty({ enum: ['supported', 'partial', 'manual', 'notSupported'] })
  capability!: PublicProcessor['erasure']['capability'];

  @ApiProperty({ ...nullableText, enum: ['partial', 'manual', 'notRecallable', 'retainedByLaw', null] })
  reason!: PublicProcessor['erasure']['reason'];

  /** After the call the shop asks again whether the data is gone. */
  @ApiProperty()
  outcomeChecked!: boolean;

  @ApiProperty()
  method!: string;
}

export class ProcessorAnswer implements PublicProcessor {
  @ApiProperty()
  processorId!: string;

  @ApiProperty()
  name!: string;

  /** `null` = none known, and nothing is sent. */
  @ApiProperty({ type: LegalEntityAnswer, nullable: true })
  legalEntity!: LegalEntityAnswer | null;

  @ApiProperty(nullableText)
  legalEntityNote!: string | null;

  @ApiProperty({ enum: ['processor', 'separateController'] })
  role!: PublicProcessor['role'];

  @ApiProperty()
  service!: string;

  /** Why nothing is passed on to it yet; `null` = it is in use. */
  @ApiProperty(nullableText)
  notInUse!: string | null;

  @ApiProperty({ type: [GrantAnswer] })
  purposes!: readonly GrantAnswer[];

  @ApiProperty({ type: [String] })
  triggers!: readonly string[];

  @ApiProperty({ type: [WithheldAnswer] })
  withheld!: readonly WithheldAnswer[];

  @ApiProperty({ description: 'ISO 3166-1 alpha-2' })
  country!: string;

  @ApiProperty({ type: SafeguardAnswer })
  safeguard!: SafeguardAnswer;

  /** `null` = none in force, and nothing is sent. */
  @ApiProperty({ type: AgreementAnswer, nullable: true })
  agreement!: AgreementAnswer | null;

  @ApiProperty()
  retention!: string;

  @ApiProperty({ type: ErasureAtProcessor })
  erasure!: ErasureAtProcessor;

  @ApiProperty({ type: [String] })
  hosts!: readonly string[];
}

export class ProcessorList {
  @ApiProperty({ type: [ProcessorAnswer] })
  items!: readonly ProcessorAnswer[];
}
