import { ApiProperty } from '@nestjs/swagger';

export class CommentAnswer {
  @ApiProperty({ format: 'uuid' })
  commentId!: string;

  @ApiProperty()
  sku!: string;

  /** All that is shown of the author. */
  @ApiProperty()
  givenName!: string;

  @ApiProperty()
  text!: string;

  @ApiProperty({ format: 'date-time' })
  postedAt!: string;

  /** Of the last correction; `postedAt` when there was none. */
  @ApiProperty({ format: 'date-time' })
  changedAt!: string;
}

export class CommentPage {
  @ApiProperty({ type: [CommentAnswer] })
  items!: readonly CommentAnswer[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
