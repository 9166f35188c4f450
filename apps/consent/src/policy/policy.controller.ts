import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import {
  policyPage,
  publicProcessors,
  publicPurposes,
  type PolicyDocument,
  type Register,
} from '@dittoo/processor-register';
import { ApiProblems } from '@dittoo/service';
import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { PolicyArchive } from './policy-archive.query.js';
import { LanguageQuery, PolicyAnswer, PolicyQuery } from './policy.http.js';
import { ProcessorList, PurposeList } from './public-register.http.js';

/** The policy and the public register, generated from the register file. */
@ApiTags('Consent and policy')
@Controller('api/v1')
export class PolicyController {
  constructor(
    @Inject(REGISTER) private readonly register: Register,
    private readonly archive: PolicyArchive,
    private readonly clock: Clock,
  ) {}

  @Get('policy')
  @ApiOkResponse({ type: PolicyAnswer })
  @ApiProblems(400, 503)
  async policy(@Query() query: PolicyQuery): Promise<PolicyAnswer> {
    return this.document(query);
  }

  @Get('policy.html')
  @Header('content-type', 'text/html; charset=utf-8')
  @ApiOkResponse({ content: { 'text/html': { schema: { type: 'string' } } } })
  @ApiProblems(400, 503)
  async page(@Query() query: PolicyQuery): Promise<string> {
    return policyPage(await this.document(query));
  }

  @Get('processors')
  @ApiOkResponse({ type: ProcessorList })
  @ApiProblems(400)
  processors(@Query() { lang = 'sv' }: LanguageQuery): ProcessorList {
    return { items: publicProcessors(this.register, this.clock.now(), lang) };
  }

  @Get('purposes')
  @ApiOkResponse({ type: PurposeList })
  @ApiProblems(400)
  purposes(@Query() { lang = 'sv' }: LanguageQuery): PurposeList {
    return { items: publicPurposes(this.register, lang) };
  }

  private async document({ version = this.register.noticeVersion, lang = 'sv' }: PolicyQuery): Promise<PolicyDocument> {
    const { documents } = await this.archive.published(version);
    return documents[lang] as PolicyDocument;
  }
}
