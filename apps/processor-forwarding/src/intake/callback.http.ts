import { ApiProperty } from '@nestjs/swagger';

export class CallbackAnswer {
  @ApiProperty()
  received!: boolean;
}
