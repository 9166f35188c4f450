import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsUUID, Max, Min } from 'class-validator';

export class InclusionQuery {
  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  eventId!: string;
}

export class ConsistencyQuery {
  /** Number of events under the older tree head. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  from!: number;

  /** Number of events under the newer one; at most that of the last. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  to!: number;
}

/** RFC 6962 §2.1.1; hashes in base64. */
export class InclusionAnswer {
  @ApiProperty({ format: 'uuid' })
  eventId!: string;

  @ApiProperty({ type: 'integer' })
  leafIndex!: number;

  @ApiProperty()
  leafHash!: string;

  @ApiProperty({ type: 'integer' })
  treeSize!: number;

  @ApiProperty()
  rootHash!: string;

  @ApiProperty({ type: [String] })
  hashes!: readonly string[];

  /** The signed tree head the proof ends at. */
  @ApiProperty()
  checkpoint!: string;
}

/** RFC 6962 §2.1.2; hashes in base64. */
export class ConsistencyAnswer {
  @ApiProperty({ type: 'integer' })
  from!: number;

  @ApiProperty({ type: 'integer' })
  to!: number;

  @ApiProperty()
  fromRootHash!: string;

  @ApiProperty()
  toRootHash!: string;

  @ApiProperty({ type: [String] })
  hashes!: readonly string[];
}

export class VerificationProblem {
  /** In the log; `null` when the problem is with the seal as a whole. */
  @ApiProperty({ type: 'integer', nullable: true })
  position!: number | null;

  @ApiProperty()
  problem!: string;
}

export class VerificationAnswer {
  /** `incomplete` = nothing was changed, but something is missing without explanation. */
  @ApiProperty({ enum: ['ok', 'tampered', 'incomplete'] })
  verdict!: 'ok' | 'tampered' | 'incomplete';

  /** Events under the last signed tree head. */
  @ApiProperty({ type: 'integer' })
  treeSize!: number;

  /** Root computed from the events, base64 as in the checkpoint. */
  @ApiProperty()
  rootHash!: string;

  /** Events read, also those not sealed yet. */
  @ApiProperty({ type: 'integer' })
  events!: number;

  /** At most 500, in the order they were found. */
  @ApiProperty({ type: [VerificationProblem] })
  problems!: readonly VerificationProblem[];
}
