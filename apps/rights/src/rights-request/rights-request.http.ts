import { rightsRequestKinds, type RightsRequestKind } from '@dittoo/contracts';
import { PageQuery } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

export class RequestBody {
  @ApiProperty({ enum: rightsRequestKinds })
  @IsIn(rightsRequestKinds)
  kind!: RightsRequestKind;

  /** What it is about, in the person's own words. */
  @ApiProperty({ required: false, type: String, nullable: true, maxLength: 4000 })
  @IsOptional()
  @IsString()
  @MaxLength(4000)
  detail?: string | null;
}

export class RequestReceipt {
  @ApiProperty({ format: 'uuid' })
  requestId!: string;

  /** By when it must have been answered: the last second of that day in Sweden. */
  @ApiProperty({ format: 'date-time' })
  dueAt!: string;

  /** Of an erasure: where its certificate will lie. Readable without signing in, by this link. */
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

  /** The last day it is kept. */
  @ApiProperty({ format: 'date' })
  until!: string;

  /** The orders or messages it is about, where it is not all of the category. */
  @ApiProperty({ required: false, type: [String] })
  scopes?: readonly string[];
}

const copyStates = ['ready', 'collected', 'purged'] as const;

export class CopyAnswer {
  /** `ready`: it can be fetched, once. */
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

  /** `referred`: an officer looks at it first. `executing` until everything is done and was looked at. */
  @ApiProperty({ enum: states })
  state!: RequestState;

  @ApiProperty({ format: 'date-time' })
  receivedAt!: string;

  @ApiProperty({ format: 'date-time' })
  dueAt!: string;

  /** `partlyDone`: a recipient did not confirm; a person here follows it up. */
  @ApiProperty({ enum: ['done', 'partlyDone'], nullable: true, type: String })
  outcome!: 'done' | 'partlyDone' | null;

  @ApiProperty({ type: [RecipientAnswer] })
  recipients!: readonly RecipientAnswer[];

  @ApiProperty({ type: [RetainedAnswer] })
  retained!: readonly RetainedAnswer[];

  /** Why it was refused, wholly or in part, as the officer wrote it; `null` also once it is erased. */
  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  /** Why the answer takes two months more. */
  @ApiProperty({ type: String, nullable: true })
  extendedBecause!: string | null;

  /** The copy that answers a request of access or portability. */
  @ApiProperty({ type: CopyAnswer, nullable: true })
  copy!: CopyAnswer | null;

  /** Of an erasure: where its certificate lies once it is answered; readable without signing in, by this link. */
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
  /** `true` (default) = what waits for an answer, `false` = what has one. */
  @ApiProperty({ required: false, enum: ['true', 'false'] })
  @IsOptional()
  @IsIn(['true', 'false'])
  open?: 'true' | 'false';
}

export class OfficersRequest extends RequestAnswer {
  @ApiProperty({ format: 'uuid' })
  subjectId!: string;

  /** Whole days until it is due; negative = overdue. */
  @ApiProperty()
  daysLeft!: number;

  /** What the person wrote; `null` also once it is erased. */
  @ApiProperty({ type: String, nullable: true })
  detail!: string | null;

  /** Why an officer must look, in words. */
  @ApiProperty({ type: [String] })
  blockers!: readonly string[];
}

export class RecipientPreview {
  @ApiProperty()
  processorId!: string;

  @ApiProperty()
  processorName!: string;

  /** What it received of the person, by the register's names. */
  @ApiProperty({ type: [String] })
  fields!: readonly string[];

  /** What the processor can do by itself when told to forget. */
  @ApiProperty({ enum: ['supported', 'partial', 'manual', 'notSupported'] })
  capability!: 'supported' | 'partial' | 'manual' | 'notSupported';
}

export class RequestPreview {
  /** Categories whose keys are destroyed if it is approved now. */
  @ApiProperty({ type: [String] })
  erase!: readonly string[];

  /** What stays, why, until when. */
  @ApiProperty({ type: [RetainedAnswer] })
  retain!: readonly RetainedAnswer[];

  /** Who received something and is told. */
  @ApiProperty({ type: [RecipientPreview] })
  recipients!: readonly RecipientPreview[];

  /** Of an objection: the purposes that end if it is approved. */
  @ApiProperty({ type: [String] })
  purposes!: readonly string[];
}

export class ExaminedRequest extends OfficersRequest {
  /** What an approval would do now; `null` once it was decided. */
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
  /** `html` is a page to read, `json` for machines. */
  @ApiProperty({ required: false, enum: ['json', 'html'], default: 'json' })
  @IsOptional()
  @IsIn(['json', 'html'])
  format?: 'json' | 'html';
}

export class RestrictionLift {
  /** When the restriction ends; the person is told now. */
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
  /** Stored only: nothing is forwarded or shown to others while one of these holds. */
  @ApiProperty({ type: [RestrictionAnswer] })
  restrictions!: readonly RestrictionAnswer[];

  /** What was objected to. A consent given later counts again. */
  @ApiProperty({ type: [String] })
  objectedPurposes!: readonly string[];
}
