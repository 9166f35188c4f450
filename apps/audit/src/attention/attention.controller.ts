import { attentionDecider, AttentionItems } from '@dittoo/platform';
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
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AttentionItemDetails, AttentionList, AttentionQuery, ClosureBody, LanguageQuery } from './attention.http.js';
import { Attention } from './attention.query.js';

/**
 * What a person must look at. An item closes by itself when its fact holds no more; a person may close it earlier, and
 * then the same fact does not open it again.
 */
@ApiTags('Operations')
@ApiBearerAuth()
@SignedIn('staff', 'complianceOfficer')
@Controller('api/v1/operations/attention')
export class AttentionController {
  constructor(
    private readonly attention: Attention,
    private readonly items: AttentionItems,
    private readonly commands: Commands,
  ) {}

  /** Oldest first. */
  @Get()
  @ApiOkResponse({ type: AttentionList })
  @ApiProblems(400, 401, 403, 503)
  list(@Query() { cursor, kind, lang = 'sv', limit = 50, state = 'open' }: AttentionQuery): Promise<AttentionList> {
    return this.attention.page({ kind: kind ?? null, state }, lang, limit, cursor);
  }

  @Get(':id')
  @ApiOkResponse({ type: AttentionItemDetails })
  @ApiProblems(400, 401, 403, 404, 503)
  one(@Param('id') id: string, @Query() { lang = 'sv' }: LanguageQuery): Promise<AttentionItemDetails> {
    return this.attention.one(idParam(id), lang);
  }

  @Post(':id/closure')
  @HttpCode(200)
  @Idempotent()
  @ApiOkResponse({ type: AttentionItemDetails })
  @ApiProblems(400, 401, 403, 404, 409, 413, 415, 422, 503)
  async close(
    @Param('id') given: string,
    @Body() { reason }: ClosureBody,
    @Query() { lang = 'sv' }: LanguageQuery,
    @FromPrincipal() { subjectId: by }: Principal,
    @FromCaller() caller: Caller,
  ): Promise<AttentionItemDetails> {
    refuseCardNumbers(reason);
    const id = idParam(given);
    // Their own key seals their words.
    await this.commands.execute(attentionDecider, id, { type: 'DismissItem', reason }, commandContext(caller, by));
    await this.items.follow(id);
    return this.attention.one(id, lang);
  }
}
