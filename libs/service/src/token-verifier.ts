import { Clock, DomainError, isUuid } from '@dittoo/kernel';
import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { Principal } from './caller.js';

export const tokenIssuer = 'dittoo/identity';
export const tokenAudience = 'dittoo';

/** A verified token is accepted for this long without verifying its signature again (a verification costs 0.1 ms). */
const rememberedForMs = 60_000;
const rememberedAtMost = 10_000;

const roles = new Set(['customer', 'staff', 'complianceOfficer']);

/** Verifies access tokens: EdDSA by the published keys, issuer, audience, expiry; nothing else is accepted. */
export class TokenVerifier {
  private readonly keys: JWTVerifyGetKey;
  private readonly remembered = new Map<string, { readonly principal: Principal; readonly until: number }>();

  /**
   * @param jwksUrl identity's `/.well-known/jwks.json`
   * @param fetchKeys fetches the key set where more than a URL is needed, such as certificates
   */
  constructor(
    jwksUrl: URL,
    private readonly clock: Clock,
    fetchKeys?: typeof fetch,
  ) {
    this.keys = createRemoteJWKSet(jwksUrl, {
      cooldownDuration: 5_000,
      timeoutDuration: 3_000,
      ...(fetchKeys === undefined ? {} : { [customFetch]: fetchKeys }),
    });
  }

  /** @throws DomainError `invalid-token`; `temporarily-unavailable` if the keys cannot be fetched */
  async verify(token: string): Promise<Principal> {
    const now = Date.parse(this.clock.now());
    const known = this.remembered.get(token);
    if (known !== undefined && known.until > now) return known.principal;
    const principal = await this.verified(token, now);
    this.remembered.delete(token);
    this.remembered.set(token, { principal, until: Math.min(principal.tokenExpiresAt, now + rememberedForMs) });
    if (this.remembered.size > rememberedAtMost) this.remembered.delete(this.remembered.keys().next().value!);
    return principal;
  }

  private async verified(token: string, now: number): Promise<Principal> {
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms: ['EdDSA', 'Ed25519'],
        issuer: tokenIssuer,
        audience: tokenAudience,
        currentDate: new Date(now),
        requiredClaims: ['sub', 'exp', 'role', 'sid', 'auth_time'],
      });
      const { sub, role, auth_time: authenticated } = payload;
      if (!isUuid(sub) || typeof role !== 'string' || !roles.has(role) || !Number.isSafeInteger(authenticated)) {
        throw new DomainError('invalid-token');
      }
      return {
        subjectId: sub,
        role: role as Principal['role'],
        authenticatedAt: new Date(Number(authenticated) * 1000).toISOString(),
        sessionId: String(payload['sid']),
        tokenExpiresAt: Number(payload.exp) * 1000,
      };
    } catch (error) {
      // If the keys cannot be fetched the token is not judged; it is invalid only if jose or this verifier refuses it.
      const refused = error instanceof DomainError || (error instanceof errors.JOSEError && !unreachable(error));
      throw new DomainError(refused ? 'invalid-token' : 'temporarily-unavailable');
    }
  }
}

/** Errors of jose for a key set that it could not fetch. */
const unreachable = (error: Error): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  /Expected 200 OK|Failed to parse the JSON Web Key Set/.test(error.message);
