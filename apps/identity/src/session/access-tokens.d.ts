import { Clock } from '@dittoo/kernel';
import type { Session } from './sessions.js';
import { SigningKeys } from './signing-keys.js';
export declare const accessTokenSeconds = 600;
/** Access tokens that every service verifies by the published keys. */
export declare class AccessTokens {
  private readonly keys;
  private readonly clock;
  constructor(keys: SigningKeys, clock: Clock);
  issue({ authenticatedAt, role, sessionId, subjectId }: Session): Promise<string>;
}
//# sourceMappingURL=access-tokens.d.ts.map
