import { isSku } from '@dittoo/contracts';
import { DomainError } from '@dittoo/kernel';
import { ApiProblems, PageQuery } from '@dittoo/service';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { Authors } from '../standing/author.query.js';
import { CommentPage } from './comment-list.http.js';
import { CommentList } from './comment-list.query.js';

/** Readable by anyone. */
@ApiTags('Engagement')
@Controller('api/v1/products/:sku/comments')
export class CommentListController {
  constructor(
    private readonly list: CommentList,
    private readonly authors: Authors,
  ) {}

  @Get()
  @ApiParam({ name: 'sku', schema: { type: 'string' } })
  @ApiOkResponse({ type: CommentPage })
  @ApiProblems(400, 404, 503)
  async comments(@Param('sku') sku: string, @Query() { cursor, limit = 50 }: PageQuery): Promise<CommentPage> {
    if (!isSku(sku)) throw new DomainError('not-found');
    return this.list.page(sku, limit, cursor, (authorId) => this.authors.givenNameOf(authorId));
  }
}
