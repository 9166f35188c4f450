import { dataCategories, type DataCategory, type LegalBasis } from '@dittoo/kernel';
import {
  policySections,
  type PolicyBlock,
  type PolicyDocument,
  type PublicProcessor,
  type PublicPurpose,
} from '@dittoo/processor-register';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

const legalBases = [
  'consent',
  'contract',
  'legalObligation',
  'vitalInterests',
  'publicTask',
  'legitimateInterests',
] as const;
const nullableText = { type: String, nullable: true } as const;

export class LanguageQuery {
  @ApiProperty({ required: false, enum: ['sv', 'en'], default: 'sv' })
  @IsOptional()
  @IsIn(['sv', 'en'])
  lang?: 'sv' | 'en';
}

export class PolicyQuery extends LanguageQuery {
  /** Default: the version in force. */
  @ApiProperty({ required: false, maxLength: 40 })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  version?: string;
}

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

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
/** The kinds of block that a page or an application renders. */
const block = {
  oneOf: [
    {
      type: 'object',
      required: ['kind', 'text'],
      properties: { kind: { type: 'string', enum: ['paragraph'] }, text },
    },
    {
      type: 'object',
      required: ['kind', 'items'],
      properties: { kind: { type: 'string', enum: ['list'] }, items: texts },
    },
    {
      type: 'object',
      required: ['kind', 'heading', 'entries'],
      properties: {
        kind: { type: 'string', enum: ['facts'] },
        heading: { type: 'string', nullable: true },
        entries: {
          type: 'array',
          items: { type: 'object', required: ['term', 'text'], properties: { term: text, text, href: text } },
        },
      },
    },
    {
      type: 'object',
      required: ['kind', 'caption', 'columns', 'rows'],
      properties: {
        kind: { type: 'string', enum: ['table'] },
        caption: text,
        columns: texts,
        rows: { type: 'array', items: texts },
      },
    },
  ],
} as const;

export class PolicySectionAnswer {
  @ApiProperty({ enum: policySections })
  id!: (typeof policySections)[number];

  @ApiProperty()
  heading!: string;

  @ApiProperty({ type: 'array', items: structuredClone(block) as never })
  blocks!: readonly PolicyBlock[];
}

export class DataControllerAnswer {
  @ApiProperty()
  name!: string;

  @ApiProperty({ format: 'email' })
  email!: string;

  @ApiProperty({ format: 'uri' })
  website!: string;
}

export class AuthorityAnswer {
  @ApiProperty()
  shortName!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ format: 'uri' })
  website!: string;
}

export class DriftAnswer {
  @ApiProperty()
  id!: string;

  @ApiProperty(nullableText)
  processorId!: string | null;

  @ApiProperty({ ...nullableText, format: 'date' })
  since!: string | null;

  @ApiProperty()
  published!: string;

  @ApiProperty()
  found!: string;
}

export class PolicyAnswer implements PolicyDocument {
  @ApiProperty()
  title!: string;

  @ApiProperty({ enum: ['sv', 'en'] })
  language!: 'sv' | 'en';

  @ApiProperty()
  noticeVersion!: string;

  @ApiProperty({ format: 'date' })
  noticeValidFrom!: string;

  @ApiProperty({ description: 'SHA-256, hex' })
  registerDigest!: string;

  @ApiProperty({ type: DataControllerAnswer })
  dataController!: DataControllerAnswer;

  @ApiProperty({ type: AuthorityAnswer })
  authority!: AuthorityAnswer;

  @ApiProperty({ type: [PolicySectionAnswer] })
  sections!: readonly PolicySectionAnswer[];

  @ApiProperty({ type: [PurposeAnswer] })
  purposes!: readonly PurposeAnswer[];

  @ApiProperty({ type: [ProcessorAnswer] })
  processors!: readonly ProcessorAnswer[];

  @ApiProperty({ type: [DriftAnswer] })
  drift!: readonly DriftAnswer[];

  /** Of everything above. */
  @ApiProperty({ description: 'SHA-256, hex' })
  digest!: string;
}
