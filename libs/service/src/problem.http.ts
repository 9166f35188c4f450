import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';

export class FieldProblemAnswer {
  @ApiProperty()
  field!: string;

  @ApiProperty()
  message!: string;
}

/** RFC 9457, as the API document shows it. */
export class ProblemAnswer {
  @ApiProperty({ example: 'urn:dittoo:problem:invalid-field' })
  type!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ type: 'integer' })
  status!: number;

  /** A stable word. */
  @ApiProperty({ example: 'invalid-field' })
  code!: string;

  @ApiProperty({ required: false })
  detail?: string;

  @ApiProperty({ required: false, type: [FieldProblemAnswer] })
  errors?: FieldProblemAnswer[];
}

/** Documents the error answers of a route, by status. */
export const ApiProblems = (...statuses: number[]) =>
  applyDecorators(
    ApiExtraModels(ProblemAnswer),
    ...statuses.map((status) =>
      ApiResponse({
        status,
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemAnswer) } } },
      }),
    ),
  );
