import { randomBytes } from 'node:crypto';
import type { Role } from '@dittoo/contracts';
import { Clock, DomainError, newId, type SubjectId } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

const lifeDays = 30;

export interface Session {
  /** The family of refresh tokens; `sid` of its access tokens. */
  readonly sessionId: string;
  readonly subjectId: SubjectId;
  readonly role: Role;
  readonly authenticatedAt: string;
}

interface Row {
  readonly family: string;
  readonly subject_id: string;
  readonly role: Role;
  readonly authenticated_at: Date;
  readonly used_at: Date | null;
}

/**
 * Sessions as families of refresh tokens: each token is valid once and yields the next. A token used twice was stolen,
 * so its family ends. The database holds keyed hashes only.
 */
@Injectable()
export class Sessions {
  constructor(
    private readonly rows: DataSource,
    private readonly keys: KeyEncryption,
    private readonly clock: Clock,
  ) {}

  async begin(subjectId: SubjectId, role: Role): Promise<{ session: Session; refreshToken: string }> {
    const session = { sessionId: newId(), subjectId, role, authenticatedAt: this.clock.now() };
    await this.rows.query('DELETE FROM identity.session WHERE expires_at <= $1', [session.authenticatedAt]);
    return { session, refreshToken: await this.issue(this.rows.manager, session) };
  }

  /** @throws DomainError `invalid-refresh-token` */
  async renew(refreshToken: string): Promise<{ session: Session; refreshToken: string }> {
    const hash = this.hash(refreshToken);
    const renewed = await this.rows.transaction(async (transaction) => {
      const [[row]] = await transaction.query<[Row[], number]>(
        `UPDATE identity.session SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
         RETURNING family, subject_id, role, authenticated_at, used_at`,
        [hash, this.clock.now()],
      );
      if (row === undefined) return null;
      const session = {
        sessionId: row.family,
        subjectId: row.subject_id,
        role: row.role,
        authenticatedAt: row.authenticated_at.toISOString(),
      };
      return { session, refreshToken: await this.issue(transaction, session) };
    });
    if (renewed !== null) return renewed;
    await this.rows.query(
      `DELETE FROM identity.session WHERE family IN
         (SELECT family FROM identity.session WHERE token_hash = $1 AND used_at IS NOT NULL)`,
      [hash],
    );
    throw new DomainError('invalid-refresh-token');
  }

  async end(sessionId: string): Promise<void> {
    await this.rows.query('DELETE FROM identity.session WHERE family = $1', [sessionId]);
  }

  /** Ends every session of a person. */
  async endAll(subjectId: SubjectId): Promise<void> {
    await this.rows.query('DELETE FROM identity.session WHERE subject_id = $1', [subjectId]);
  }

  private async issue(transaction: EntityManager, session: Session): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(Date.parse(this.clock.now()) + lifeDays * 86_400_000);
    await transaction.query(
      `INSERT INTO identity.session (token_hash, family, subject_id, role, authenticated_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [this.hash(token), session.sessionId, session.subjectId, session.role, session.authenticatedAt, expiresAt],
    );
    return token;
  }

  private hash(token: string): Buffer {
    return this.keys.keyedHash('token', token);
  }
}
