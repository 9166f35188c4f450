import { schemaMap } from '@dittoo/contracts';
import { MomentOrDayField, PageQuery } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

const eventTypes = Object.keys(schemaMap);

/** A trail is mostly read whole, so a page is as large as one may be. */
export class TrailQuery extends PageQuery {
  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: 200, default: 200 })
  override limit = 200;
}

export class SubjectEventsQuery extends TrailQuery {
  @IsOptional()
  @MomentOrDayField('start', { required: false })
  from?: string;

  @IsOptional()
  @MomentOrDayField('end', { required: false })
  to?: string;

  @ApiProperty({ required: false, enum: eventTypes })
  @IsOptional()
  @IsIn(eventTypes)
  type?: string;
}

/** `limit` and `cursor` count streams: a customer, an order, a consent record. */
export class SubjectStateQuery extends TrailQuery {
  /** Default: now. A day means its end: what was done on it is seen. */
  @IsOptional()
  @MomentOrDayField('end', { required: false })
  asOf?: string;
}

export class ActorAnswer {
  @ApiProperty({ enum: ['dataSubject', 'staff', 'processor', 'system'] })
  kind!: 'dataSubject' | 'staff' | 'processor' | 'system';

  @ApiProperty()
  id!: string;
}

export class RetainedFieldsAnswer {
  @ApiProperty()
  category!: string;

  @ApiProperty()
  reason!: string;

  @ApiProperty()
  until!: string;
}

const fieldsSchema = {
  type: 'object',
  additionalProperties: true,
  description: 'Value, or `{ erased: true, at, requestId }` where the key was destroyed',
} as const;

export class HistoryItem {
  @ApiProperty({ format: 'uuid' })
  eventId!: string;

  @ApiProperty()
  type!: string;

  @ApiProperty({ format: 'date-time' })
  recordedAt!: string;

  @ApiProperty({ type: ActorAnswer })
  actor!: ActorAnswer;

  @ApiProperty(fieldsSchema)
  fields!: Readonly<Record<string, unknown>>;
}

export class History {
  @ApiProperty({ type: [HistoryItem] })
  items!: readonly HistoryItem[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class SubjectEvent extends HistoryItem {
  @ApiProperty({ type: 'integer' })
  position!: number;

  @ApiProperty()
  stream!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ format: 'uuid' })
  causationId!: string;

  @ApiProperty({ format: 'uuid' })
  correlationId!: string;

  /** The event contains fields that stay after the erasure. */
  @ApiProperty({ type: RetainedFieldsAnswer, required: false })
  retained?: RetainedFieldsAnswer;
}

export class SubjectEvents {
  @ApiProperty({ type: [SubjectEvent] })
  items!: readonly SubjectEvent[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class LastEventAnswer {
  @ApiProperty()
  type!: string;

  @ApiProperty({ format: 'date-time' })
  recordedAt!: string;

  @ApiProperty({ type: 'integer' })
  position!: number;
}

export class KnownRecordAnswer {
  @ApiProperty()
  stream!: string;

  @ApiProperty({ type: String, nullable: true })
  recordId!: string | null;

  @ApiProperty({ type: LastEventAnswer })
  lastEvent!: LastEventAnswer;

  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: { value: {}, since: { type: 'string', format: 'date-time' }, position: { type: 'integer' } },
    },
  })
  fields!: Readonly<Record<string, { readonly value: unknown; readonly since: string; readonly position: number }>>;
}

export class SubjectState {
  @ApiProperty({ format: 'uuid' })
  subjectId!: string;

  @ApiProperty({ format: 'date-time' })
  asOf!: string;

  @ApiProperty({ type: [KnownRecordAnswer] })
  records!: readonly KnownRecordAnswer[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class DisclosureAnswer {
  @ApiProperty()
  processorId!: string;

  @ApiProperty()
  processorName!: string;

  @ApiProperty({ type: [String] })
  fields!: readonly string[];

  @ApiProperty({ type: String, nullable: true })
  purpose!: string | null;

  @ApiProperty({ type: String, nullable: true })
  legalBasis!: string | null;

  @ApiProperty({ required: false, format: 'uuid' })
  consentRecordId?: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ enum: ['delivered', 'rejected', 'unknown', 'refused'] })
  outcome!: 'delivered' | 'rejected' | 'unknown' | 'refused';

  @ApiProperty({ required: false })
  reason?: string;
}

export class Disclosures {
  @ApiProperty({ type: [DisclosureAnswer] })
  items!: readonly DisclosureAnswer[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
