import type { Role } from '@dittoo/contracts';
import { Clock } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { DataSource } from 'typeorm';
export interface Session {
  /** The family of refresh tokens; `sid` of its access tokens. */
  readonly sessionId: string;
  readonly subjectId: string;
  readonly role: Role;
  readonly authenticatedAt: string;
}
/**
 * Sessions as families of refresh tokens: each token is good once and brings the next. One that comes a second time
 * was copied, and ends the family. The database knows keyed hashes only.
 */
export declare class Sessions {
  private readonly rows;
  private readonly keys;
  private readonly clock;
  constructor(rows: DataSource, keys: KeyEncryption, clock: Clock);
  begin(
    subjectId: string,
    role: Role,
  ): Promise<{
    session: Session;
    refreshToken: string;
  }>;
  /** @throws DomainError `invalid-refresh-token` */
  renew(refreshToken: string): Promise<{
    session: Session;
    refreshToken: string;
  }>;
  end(sessionId: string): Promise<void>;
  /** Ends whatever a person is signed in with. */
  endAll(subjectId: string): Promise<void>;
  private issue;
  private hash;
}
//# sourceMappingURL=sessions.d.ts.map
