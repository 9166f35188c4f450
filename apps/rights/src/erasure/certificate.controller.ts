import { DomainError } from '@dittoo/kernel';
import { isLinkToken, KeyEncryption } from '@dittoo/personal-data';
import { ApiProblems, idParam, TokenVerifier } from '@dittoo/service';
import { Controller, Get, Headers, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CertificateSignature } from './certificate-signature.js';
import { CertificateAnswer, CertificateQuery } from './certificate.http.js';
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
  ) {}

  @Get()
  @ApiBearerAuth()
  @ApiOkResponse({ type: CertificateAnswer })
  async certificate(
    @Param('id') id: string,
    @Query() { token }: CertificateQuery,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<CertificateAnswer> {
    const requestId = idParam(id);
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
