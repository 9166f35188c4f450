import { TextField } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';

export class CommentBody {
  @TextField(2_000)
  text!: string;
}

export class PostedComment {
  @ApiProperty({ format: 'uuid' })
  commentId!: string;
}
