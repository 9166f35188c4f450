import { ApiProperty } from '@nestjs/swagger';

export class CommentAnswer {
  @ApiProperty({ format: 'uuid' })
  commentId!: string;

  @ApiProperty()
  sku!: string;

  /** Nothing else of the author is shown. */
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
