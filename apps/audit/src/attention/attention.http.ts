import { attentionKinds, locales, type AttentionKind, type Locale } from '@dittoo/contracts';
import { PageQuery, TextField } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

const states = ['open', 'closed'] as const;
const severities = ['critical', 'warning'] as const;
const closings = ['resolved', 'byHand'] as const;

export class LanguageQuery {
  /** Of the two texts. */
  @ApiProperty({ required: false, enum: locales, default: 'sv' })
  @IsOptional()
  @IsIn(locales)
  lang?: Locale;
}

export class AttentionQuery extends PageQuery {
  @ApiProperty({ required: false, enum: attentionKinds })
  @IsOptional()
  @IsIn(attentionKinds)
  kind?: AttentionKind;

  @ApiProperty({ required: false, enum: states, default: 'open' })
  @IsOptional()
  @IsIn(states)
  state?: (typeof states)[number];

  /** Of the two texts. */
  @ApiProperty({ required: false, enum: locales, default: 'sv' })
  @IsOptional()
  @IsIn(locales)
  lang?: Locale;
}

export class AttentionItemAnswer {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: attentionKinds })
  kind!: AttentionKind;

  /** `critical`: money, a deadline of the law or the whole shop is at stake now. */
  @ApiProperty({ enum: severities })
  severity!: (typeof severities)[number];

  @ApiProperty({ enum: states })
  state!: (typeof states)[number];

  /** Since when the fact holds. */
  @ApiProperty({ format: 'date-time' })
  since!: string;

  /** The service that knows of it. */
  @ApiProperty({ example: 'processor-forwarding' })
  where!: string;

  /** Ids, names of parts and codes; which ones depends on the kind. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', nullable: true },
    example: { processorId: 'payson', intent: 'capturePayment', failure: 'http-503' },
  })
  about!: object;

  @ApiProperty()
  whatHappened!: string;

  @ApiProperty()
  whatToDo!: string;

  @ApiProperty({ format: 'date-time', nullable: true, type: String })
  closedAt!: string | null;

  /** `resolved`: the fact holds no more; `byHand`: a member of staff closed it. */
  @ApiProperty({ enum: closings, nullable: true, type: String })
  closedHow!: (typeof closings)[number] | null;
}

export class AttentionItemDetails extends AttentionItemAnswer {
  /** The id of the member of staff who closed it by hand. */
  @ApiProperty({ format: 'uuid', nullable: true, type: String })
  closedBy!: string | null;

  /** What they wrote; null once it is erased. */
  @ApiProperty({ nullable: true, type: String })
  reason!: string | null;
}

export class AttentionList {
  @ApiProperty({ type: [AttentionItemAnswer] })
  items!: readonly AttentionItemAnswer[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class ClosureBody {
  @TextField(1000)
  reason!: string;
}
