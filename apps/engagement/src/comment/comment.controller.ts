import { isSku } from '@dittoo/contracts';
import { derivedId, DomainError } from '@dittoo/kernel';
import {
  ApiProblems,
  commandContext,
  Commands,
  FromCaller,
  FromPrincipal,
  Idempotent,
  idParam,
  refuseCardNumbers,
  SignedIn,
  type Caller,
  type Principal,
} from '@dittoo/service';
import { Body, Controller, Delete, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiNoContentResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Authors } from '../standing/author.query.js';
import { commentDecider, type CommentCommand } from './comment.decider.js';
import { CommentBody, PostedComment } from './comment.http.js';

/** Customers' comments on products. The author may correct and delete a comment, staff may delete it. */
@ApiTags('Engagement')
@ApiBearerAuth()
@Controller('api/v1')
export class CommentController {
  constructor(
    private readonly commands: Commands,
    private readonly authors: Authors,
  ) {}

  @Post('products/:sku/comments')
  @SignedIn('customer')
  @Idempotent()
  @ApiParam({ name: 'sku', schema: { type: 'string' } })
  @ApiCreatedResponse({ type: PostedComment, headers: { Location: { schema: { type: 'string' } } } })
  @ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
  async post(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Param('sku') sku: string,
    @Body() { text }: CommentBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostedComment> {
    refuseCardNumbers(text);
    if (!isSku(sku)) throw new DomainError('not-found');
    const { givenName, locale: language } = await this.authors.author(subjectId);
    const commentId = derivedId('comment', caller.commandId);
    const command = { type: 'PostComment', sku, givenName, text, language } as const;
    await this.commands.begin(commentDecider, commentId, command, commandContext(caller, subjectId));
    void reply.header('location', `/api/v1/products/${encodeURIComponent(sku)}/comments`);
    return { commentId };
  }

  @Patch('comments/:id')
  @HttpCode(204)
  @SignedIn('customer')
  @ApiParam({ name: 'id', format: 'uuid' })
  @ApiNoContentResponse()
  @ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 503)
  async rectify(
    @FromPrincipal() principal: Principal,
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { text }: CommentBody,
  ): Promise<void> {
    refuseCardNumbers(text);
    await this.authors.author(principal.subjectId);
    await this.tell(id, principal, caller, { type: 'RectifyComment', text });
  }

  @Delete('comments/:id')
  @HttpCode(204)
  @SignedIn()
  @ApiParam({ name: 'id', format: 'uuid' })
  @ApiNoContentResponse()
  @ApiProblems(401, 403, 404, 409, 503)
  async delete(
    @FromPrincipal() principal: Principal,
    @FromCaller() caller: Caller,
    @Param('id') id: string,
  ): Promise<void> {
    const by = principal.role === 'customer' ? 'author' : 'staff';
    await this.tell(id, principal, caller, { type: 'DeleteComment', by });
  }

  /** Comments are public, so another person's comment answers `not-allowed`, not `not-found`. */
  private async tell(id: string, principal: Principal, caller: Caller, command: CommentCommand): Promise<void> {
    const commentId = idParam(id);
    const { history } = await this.commands.load(commentDecider, commentId);
    const authorId = history[0]?.recorded.metadata.dataSubjectId;
    if (authorId == null) throw new DomainError('not-found');
    if (principal.role === 'customer' && principal.subjectId !== authorId) throw new DomainError('not-allowed');
    await this.commands.execute(commentDecider, commentId, command, commandContext(caller, authorId));
  }
}
