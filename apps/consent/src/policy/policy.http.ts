import { policySections, type PolicyBlock, type PolicyDocument } from '@dittoo/processor-register';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { nullableText, ProcessorAnswer, PurposeAnswer } from './public-register.http.js';

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
