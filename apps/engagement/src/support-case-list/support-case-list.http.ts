import { PageQuery } from '@dittoo/service';
import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

export const supportCaseStates = ['open', 'answered', 'closed'] as const;

export class SupportCaseListQuery extends PageQuery {
  /** Filters by state; default all. */
  @ApiProperty({ required: false, enum: supportCaseStates })
  @IsOptional()
  @IsIn(supportCaseStates)
  status?: (typeof supportCaseStates)[number];
}

/** The key is destroyed: the person was erased, or the three years are over. */
export class ErasedAnswer {
  @ApiProperty({ enum: [true] })
  erased!: true;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  requestId!: string | null;
}

const textOrErased = { oneOf: [{ type: 'string' }, { $ref: getSchemaPath(ErasedAnswer) }] };

export class SupportMessageAnswer {
  @ApiProperty({ enum: ['person', 'shop'] })
  from!: 'person' | 'shop';

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty(textOrErased)
  body!: string | ErasedAnswer;
}

export class SupportCaseAnswer {
  @ApiProperty({ format: 'uuid' })
  caseId!: string;

  @ApiProperty({ enum: supportCaseStates })
  status!: (typeof supportCaseStates)[number];

  @ApiProperty({ enum: ['form', 'mail'] })
  channel!: 'form' | 'mail';

  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  orderId!: string | null;

  @ApiProperty({ format: 'date-time' })
  openedAt!: string;

  /** Stored but not shown: the person is under restriction, or their erasure is not finished. */
  @ApiProperty()
  restricted!: boolean;

  @ApiProperty({ ...textOrErased, nullable: true })
  email!: string | ErasedAnswer | null;

  @ApiProperty({ ...textOrErased, nullable: true })
  subject!: string | ErasedAnswer | null;

  /** Oldest first; empty while restricted. */
  @ApiProperty({ type: [SupportMessageAnswer] })
  messages!: readonly SupportMessageAnswer[];
}

export class SupportCasePage {
  @ApiProperty({ type: [SupportCaseAnswer] })
  items!: readonly SupportCaseAnswer[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
