import { Clock, DomainError } from '@dittoo/kernel';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { Principal } from './caller.js';

export const tokenIssuer = 'dittoo/identity';
export const tokenAudience = 'dittoo';

const roles = new Set(['customer', 'staff', 'complianceOfficer']);

/** Verifies access tokens: EdDSA by the published keys, issuer, audience, expiry; nothing else is accepted. */
export class TokenVerifier {
  private readonly keys: JWTVerifyGetKey;

  /** @param jwksUrl identity's `/.well-known/jwks.json` */
  constructor(
    jwksUrl: URL,
    private readonly clock: Clock,
  ) {
    this.keys = createRemoteJWKSet(jwksUrl, { cooldownDuration: 5_000, timeoutDuration: 3_000 });
  }

  /** @throws DomainError `invalid-token` */
  async verify(token: string): Promise<Principal> {
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms: ['EdDSA', 'Ed25519'],
        issuer: tokenIssuer,
        audience: tokenAudience,
        currentDate: new Date(this.clock.now()),
        requiredClaims: ['sub', 'exp', 'role', 'sid', 'auth_time'],
      });
      const role = payload['role'];
      if (typeof role !== 'string' || !roles.has(role)) throw new DomainError('invalid-token');
      return {
        subjectId: payload.sub!,
        role: role as Principal['role'],
        authenticatedAt: new Date(Number(payload['auth_time']) * 1000).toISOString(),
        sessionId: String(payload['sid']),
      };
    } catch (error) {
      if (error instanceof errors.JWKSTimeout) throw new DomainError('temporarily-unavailable');
      throw new DomainError('invalid-token');
    }
  }
}
