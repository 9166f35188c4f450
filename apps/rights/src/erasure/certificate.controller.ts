import { DomainError } from '@dittoo/kernel';
import { isLinkToken, KeyEncryption } from '@dittoo/personal-data';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { ApiProblems, idParam, TokenVerifier } from '@dittoo/service';
import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiProduces, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CertificateSignature } from './certificate-signature.js';
import { CertificateAnswer, CertificatePageQuery } from './certificate.http.js';
import { certificatePage } from './certificate.page.js';
import { Certificates } from './certificates.query.js';

/** The type distinguishes it from an access token, so that no verifier accepts one for the other. */
const certificateType = 'dittoo-erasure-certificate+json';

/**
 * The certificate of an erasure, for its signed-in owner and for any holder of its link, because an erased person
 * cannot sign in any more.
 */
@ApiTags('Rights')
@ApiProblems(400, 401, 403, 404, 409, 503)
@Controller('api/v1/me/requests/:id/certificate')
export class CertificateController {
  constructor(
    private readonly certificates: Certificates,
    private readonly signatures: CertificateSignature,
    private readonly keys: KeyEncryption,
    private readonly tokens: TokenVerifier,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Get()
  @ApiBearerAuth()
  @ApiProduces('application/json', 'text/html')
  @ApiOkResponse({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(CertificateAnswer) } },
      'text/html': { schema: { type: 'string' } },
    },
  })
  @ApiExtraModels(CertificateAnswer)
  async certificate(
    @Param('id') id: string,
    @Query() { format, lang, token }: CertificatePageQuery,
    @Headers('authorization') authorization: string | undefined,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CertificateAnswer | string> {
    const requestId = idParam(id);
    const answer = await this.answer(requestId, token, authorization);
    void reply.header('vary', 'accept').header('cache-control', 'no-store');
    if ((format ?? preferredFormat(accept)) === 'json') return answer;
    void reply.header('content-type', 'text/html; charset=utf-8');
    const access = token === undefined ? '' : `&token=${encodeURIComponent(token)}`;
    const language = lang ?? (await this.certificates.languageOf(requestId));
    return certificatePage(answer, this.register, language, `?format=json${access}`);
  }

  private async answer(
    requestId: string,
    token: string | undefined,
    authorization: string | undefined,
  ): Promise<CertificateAnswer> {
    if (token !== undefined) {
      if (!isLinkToken(this.keys, 'erasureCertificate', requestId, token)) throw new DomainError('not-found');
      return this.signed(requestId, null);
    }
    return this.signed(requestId, await this.signedIn(authorization));
  }

  private async signed(requestId: string, subjectId: string | null): Promise<CertificateAnswer> {
    const certificate = await this.certificates.of(requestId, subjectId);
    return { certificate, jws: await this.signatures.sign(certificateType, certificate) };
  }

  /** Verifies the sign-in here, because the route has no guard. */
  private async signedIn(authorization: string | undefined): Promise<string> {
    const [scheme, bearer] = (authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || bearer === undefined || bearer === '')
      throw new DomainError('not-authenticated');
    const principal = await this.tokens.verify(bearer);
    if (principal.role !== 'customer') throw new DomainError('not-allowed');
    return principal.subjectId;
  }
}

/** A browser names HTML first; a caller that names neither gets JSON. */
const preferredFormat = (accept = ''): 'json' | 'html' => {
  const [html, json] = [accept.indexOf('text/html'), accept.indexOf('application/json')];
  return html !== -1 && (json === -1 || html < json) ? 'html' : 'json';
};
