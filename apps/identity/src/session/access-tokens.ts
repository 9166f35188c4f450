import { Clock } from '@dittoo/kernel';
import { tokenAudience, tokenIssuer } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import type { Session } from './sessions.js';
import { SigningKeys } from './signing-keys.js';

export const accessTokenSeconds = 600;

/** Issues access tokens that every service verifies with the published keys. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  async issue({ authenticatedAt, role, sessionId, subjectId }: Session): Promise<string> {
    const { kid, privateKey } = await this.keys.current();
    const now = Math.floor(Date.parse(this.clock.now()) / 1000);
    return new SignJWT({ role, sid: sessionId, auth_time: Math.floor(Date.parse(authenticatedAt) / 1000) })
      .setProtectedHeader({ alg: 'EdDSA', kid })
      .setSubject(subjectId)
      .setIssuer(tokenIssuer)
      .setAudience(tokenAudience)
      .setIssuedAt(now)
      .setExpirationTime(now + accessTokenSeconds)
      .sign(privateKey);
  }
}
