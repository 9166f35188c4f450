import { Clock, derivedId, DomainError, type SubjectId } from '@dittoo/kernel';
import { PLATFORM_CONFIG, REGISTER, type PlatformConfig } from '@dittoo/platform';
import { policyDocument, type PolicyDocument, type Register } from '@dittoo/processor-register';
import { ApiProblems, FromPrincipal, idParam, SignedIn, type Principal } from '@dittoo/service';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CompactSign } from 'jose';
import { ConsentRecords } from '../consent/consent-records.query.js';
import { PolicyArchive } from '../policy/policy-archive.query.js';
import { consentRecord, lastChoice } from './consent-record.js';
import { ReceiptKeys } from './receipt-keys.js';
import { ConsentReceipt, ReceiptQuery } from './receipt.http.js';

/** A customer's receipt: the record of one consent, plain or signed. */
@ApiTags('Consent and policy')
@ApiBearerAuth()
@ApiExtraModels(ConsentReceipt)
@SignedIn('customer')
@Controller('api/v1/me/consents/:recordId/receipt')
export class ReceiptController {
  constructor(
    private readonly records: ConsentRecords,
    private readonly policies: PolicyArchive,
    private readonly keys: ReceiptKeys,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
    @Inject(PLATFORM_CONFIG) private readonly config: PlatformConfig,
  ) {}

  @Get()
  @ApiParam({ name: 'recordId', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ConsentReceipt) } },
      'application/jose': { schema: { type: 'string', description: 'Compact JWS; its payload is the JSON answer' } },
    },
  })
  @ApiProblems(400, 401, 403, 404, 503)
  async receipt(
    @FromPrincipal() { subjectId }: Principal,
    @Param('recordId') recordId: string,
    @Query() { format = 'json' }: ReceiptQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConsentReceipt | string> {
    const receipt = await this.issued(subjectId, idParam(recordId));
    if (format === 'json') return receipt;
    const { kid, privateKey } = await this.keys.current();
    void reply.type('application/jose');
    return new CompactSign(Buffer.from(JSON.stringify(receipt)))
      .setProtectedHeader({
        alg: 'EdDSA',
        typ: 'consent-receipt+jws',
        cty: 'application/json',
        kid,
        jku: `${this.config.publicUrl}/.well-known/consent-receipt-keys.json`,
      })
      .sign(privateKey);
  }

  private async issued(subjectId: SubjectId, recordId: string): Promise<ConsentReceipt> {
    const recorded = await this.records.of(subjectId, recordId);
    const { language, noticeVersion } = lastChoice(recorded.history);
    const record = consentRecord({
      ...recorded,
      register: this.register,
      policy: await this.policyShown(noticeVersion, language),
      publicUrl: this.config.publicUrl,
    });
    const receiptId = derivedId('consentReceipt', recordId, String(recorded.history.length));
    return { receipt_id: receiptId, issued_at: this.clock.now(), ...record };
  }

  /** The archived policy; a version that is not archived here falls back to today's. */
  private async policyShown(version: string, lang: 'sv' | 'en'): Promise<PolicyDocument> {
    try {
      return (await this.policies.published(version)).documents[lang] as PolicyDocument;
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'unknown-notice-version')) throw error;
      return policyDocument(this.register, { lang, at: this.clock.now() });
    }
  }
}
