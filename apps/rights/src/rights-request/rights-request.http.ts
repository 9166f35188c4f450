import { requestChannels, rightsRequestKinds, type RequestChannel, type RightsRequestKind } from '@dittoo/contracts';
import { PageQuery } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

export class RequestBody {
  @ApiProperty({ enum: rightsRequestKinds })
  @IsIn(rightsRequestKinds)
  kind!: RightsRequestKind;

  /** The request in the person's own words. */
  @ApiProperty({ required: false, type: String, nullable: true, maxLength: 4000 })
  @IsOptional()
  @IsString()
  @MaxLength(4000)
  detail?: string | null;
}

export class RequestReceipt {
  @ApiProperty({ format: 'uuid' })
  requestId!: string;

  /** When the answer is due: the last second of that day in Sweden. */
  @ApiProperty({ format: 'date-time' })
  dueAt!: string;

  /** Of an erasure: the link to its future certificate, which is readable by this link without signing in. */
  @ApiProperty({ required: false, format: 'uri-reference' })
  certificate?: string;
}

const states = [
  'received',
  'identityVerified',
  'scopeDecided',
  'referred',
  'approved',
  'executing',
  'verified',
  'answered',
  'refused',
] as const;
export type RequestState = (typeof states)[number];

const recipientStates = ['asked', 'acknowledged', 'failed', 'notSupported'] as const;

export class RecipientAnswer {
  @ApiProperty()
  processorId!: string;

  @ApiProperty({ enum: recipientStates })
  state!: (typeof recipientStates)[number];
}

export class RetainedAnswer {
  @ApiProperty()
  category!: string;

  @ApiProperty()
  reason!: string;

  /** The last day the data is kept. */
  @ApiProperty({ format: 'date' })
  until!: string;

  /** The orders or messages concerned, if not the whole category. */
  @ApiProperty({ required: false, type: [String] })
  scopes?: readonly string[];
}

const copyStates = ['ready', 'collected', 'purged'] as const;

export class CopyAnswer {
  /** `ready`: it can be fetched once. */
  @ApiProperty({ enum: copyStates })
  state!: (typeof copyStates)[number];

  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;
}

export class RequestAnswer {
  @ApiProperty({ format: 'uuid' })
  requestId!: string;

  @ApiProperty({ enum: rightsRequestKinds })
  kind!: RightsRequestKind;

  /** `referred`: an officer decides it. `executing`: until everything is done and verified. */
  @ApiProperty({ enum: states })
  state!: RequestState;

  @ApiProperty({ format: 'date-time' })
  receivedAt!: string;

  @ApiProperty({ format: 'date-time' })
  dueAt!: string;

  /** `partlyDone`: a recipient did not confirm; an officer follows it up. */
  @ApiProperty({ enum: ['done', 'partlyDone'], nullable: true, type: String })
  outcome!: 'done' | 'partlyDone' | null;

  @ApiProperty({ type: [RecipientAnswer] })
  recipients!: readonly RecipientAnswer[];

  @ApiProperty({ type: [RetainedAnswer] })
  retained!: readonly RetainedAnswer[];

  /** The officer's reason for refusing it, wholly or in part; `null` also after an erasure. */
  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  /** Why the answer takes two more months. */
  @ApiProperty({ type: String, nullable: true })
  extendedBecause!: string | null;

  /** The copy that answers a request of access or portability. */
  @ApiProperty({ type: CopyAnswer, nullable: true })
  copy!: CopyAnswer | null;

  /** Of an erasure: the link to its certificate once it is answered, readable by this link without signing in. */
  @ApiProperty({ type: String, nullable: true, format: 'uri-reference' })
  certificate!: string | null;
}

export class RequestList {
  @ApiProperty({ type: [RequestAnswer] })
  items!: readonly RequestAnswer[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class OfficersRequestsQuery extends PageQuery {
  /** `true` (default) = open requests, `false` = answered ones. */
  @ApiProperty({ required: false, enum: ['true', 'false'] })
  @IsOptional()
  @IsIn(['true', 'false'])
  open?: 'true' | 'false';
}

export class OfficersRequest extends RequestAnswer {
  @ApiProperty({ format: 'uuid' })
  subjectId!: string;

  /** Whole days until it is due. */
  @ApiProperty({ minimum: 0 })
  daysLeft!: number;

  /** Not answered by its due date. */
  @ApiProperty()
  overdue!: boolean;

  /** The person's text; `null` also after an erasure. */
  @ApiProperty({ type: String, nullable: true })
  detail!: string | null;

  /** Why an officer must decide, as codes. */
  @ApiProperty({ type: [String] })
  blockers!: readonly string[];

  /** What became of the answer: `undelivered` = give it by other means; `null` = no answer yet, or on its way. */
  @ApiProperty({ enum: ['delivered', 'undelivered'], nullable: true, type: String })
  answerDelivery!: 'delivered' | 'undelivered' | null;

  /** Where the answer goes; `null` = none is known, or it was delivered and the address is erased. */
  @ApiProperty({ type: String, nullable: true, format: 'email' })
  answerAddress!: string | null;

  /** How an officer received it; `null` = it came through the shop itself. */
  @ApiProperty({ enum: requestChannels, nullable: true, type: String })
  channel!: RequestChannel | null;
}

export class RecipientPreview {
  @ApiProperty()
  processorId!: string;

  @ApiProperty()
  processorName!: string;

  /** The fields it received about the person, by the register's names. */
  @ApiProperty({ type: [String] })
  fields!: readonly string[];

  /** Whether the processor supports automatic erasure. */
  @ApiProperty({ enum: ['supported', 'partial', 'manual', 'notSupported'] })
  capability!: 'supported' | 'partial' | 'manual' | 'notSupported';
}

export class RequestPreview {
  /** Categories whose keys are destroyed if it is approved now. */
  @ApiProperty({ type: [String] })
  erase!: readonly string[];

  /** The retained data, with reason and last day. */
  @ApiProperty({ type: [RetainedAnswer] })
  retain!: readonly RetainedAnswer[];

  /** Recipients that will be notified. */
  @ApiProperty({ type: [RecipientPreview] })
  recipients!: readonly RecipientPreview[];

  /** Of an objection: the purposes that end if it is approved. */
  @ApiProperty({ type: [String] })
  purposes!: readonly string[];
}

export class ExaminedRequest extends OfficersRequest {
  /** The effects of an approval now; `null` after the decision. */
  @ApiProperty({ type: RequestPreview, nullable: true })
  preview!: RequestPreview | null;
}

export class OfficersRequestList {
  @ApiProperty({ type: [OfficersRequest] })
  items!: readonly OfficersRequest[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class ExportQuery {
  /** `html`: a page to read; `json`: machine-readable. */
  @ApiProperty({ required: false, enum: ['json', 'html'], default: 'json' })
  @IsOptional()
  @IsIn(['json', 'html'])
  format?: 'json' | 'html';
}

export class RestrictionLift {
  /** When the restriction ends; the person is informed now. */
  @ApiProperty({ format: 'date-time' })
  liftsAt!: string;
}

export class RestrictionAnswer {
  @ApiProperty({ format: 'uuid' })
  requestId!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  liftsAt!: string | null;
}

export class ProcessingAnswer {
  /** While one of these is in force, data is only stored, not forwarded or shown to others. */
  @ApiProperty({ type: [RestrictionAnswer] })
  restrictions!: readonly RestrictionAnswer[];

  /** The purposes objected to. A later consent overrides the objection. */
  @ApiProperty({ type: [String] })
  objectedPurposes!: readonly string[];
}
