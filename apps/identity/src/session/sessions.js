var __decorate =
  (this && this.__decorate) ||
  function (decorators, target, key, desc) {
    var c = arguments.length,
      r = c < 3 ? target : desc === null ? (desc = Object.getOwnPropertyDescriptor(target, key)) : desc,
      d;
    if (typeof Reflect === 'object' && typeof Reflect.decorate === 'function')
      r = Reflect.decorate(decorators, target, key, desc);
    else
      for (var i = decorators.length - 1; i >= 0; i--)
        if ((d = decorators[i])) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return (c > 3 && r && Object.defineProperty(target, key, r), r);
  };
var __metadata =
  (this && this.__metadata) ||
  function (k, v) {
    if (typeof Reflect === 'object' && typeof Reflect.metadata === 'function') return Reflect.metadata(k, v);
  };
import { randomBytes } from 'node:crypto';
import { Clock, DomainError, newId } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
const lifeDays = 30;
/**
 * Sessions as families of refresh tokens: each token is good once and brings the next. One that comes a second time
 * was copied, and ends the family. The database knows keyed hashes only.
 */
let Sessions = class Sessions {
  rows;
  keys;
  clock;
  constructor(rows, keys, clock) {
    this.rows = rows;
    this.keys = keys;
    this.clock = clock;
  }
  async begin(subjectId, role) {
    const session = { sessionId: newId(), subjectId, role, authenticatedAt: this.clock.now() };
    await this.rows.query('DELETE FROM identity.session WHERE expires_at <= $1', [session.authenticatedAt]);
    return { session, refreshToken: await this.issue(this.rows.manager, session) };
  }
  /** @throws DomainError `invalid-refresh-token` */
  async renew(refreshToken) {
    const hash = this.hash(refreshToken);
    const renewed = await this.rows.transaction(async (transaction) => {
      const [[row]] = await transaction.query(
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
  async end(sessionId) {
    await this.rows.query('DELETE FROM identity.session WHERE family = $1', [sessionId]);
  }
  /** Ends whatever a person is signed in with. */
  async endAll(subjectId) {
    await this.rows.query('DELETE FROM identity.session WHERE subject_id = $1', [subjectId]);
  }
  async issue(transaction, session) {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(Date.parse(this.clock.now()) + lifeDays * 86_400_000);
    await transaction.query(
      `INSERT INTO identity.session (token_hash, family, subject_id, role, authenticated_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [this.hash(token), session.sessionId, session.subjectId, session.role, session.authenticatedAt, expiresAt],
    );
    return token;
  }
  hash(token) {
    return this.keys.keyedHash('token', token);
  }
};
Sessions = __decorate([Injectable(), __metadata('design:paramtypes', [DataSource, KeyEncryption, Clock])], Sessions);
export { Sessions };
//# sourceMappingURL=sessions.js.map
