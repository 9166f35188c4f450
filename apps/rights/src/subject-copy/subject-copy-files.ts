import { Clock, DomainError, isErased, KeyRing, Sealer, type Envelope, type Uuid } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import { accessCopy, type AccessCopy } from './access-copy.js';
import { oneTimeKey, openedPart, sealedParts } from './copy-seal.js';
import { CopySignature } from './copy-signature.js';
import { portabilityCopy, type PortabilityCopy } from './portability-copy.js';
import { subjectCopyPage } from './subject-copy.page.js';
import { SubjectEvents } from '../person/subject-events.query.js';
import { SubjectRows } from './subject-rows.query.js';

interface CopyRow {
  readonly subject_id: string;
  readonly kind: CopyRequest['kind'];
  readonly digest: string;
  readonly sealed_key: Envelope;
  readonly expires_at: Date;
  readonly collected_at: Date | null;
}

/** The kinds of request that are answered with a copy. */
export type CopyKind = 'access' | 'portability';

export interface CopyRequest {
  readonly requestId: Uuid;
  readonly subjectId: Uuid;
  readonly kind: CopyKind;
  /** RFC 3339. */
  readonly now: string;
}

export interface PreparedCopy {
  /** SHA-256 of what was signed, hex. */
  readonly digest: string;
  readonly expiresAt: string;
}

export interface CopyCollection extends Omit<CopyRequest, 'kind'> {
  readonly format: 'json' | 'html';
}

export interface CollectedCopy {
  readonly contentType: string;
  readonly body: string;
  readonly filename: string;
}

/** A copy as it lies in its file. */
export interface CopyFile {
  readonly copy: AccessCopy | PortabilityCopy;
  readonly signature: { readonly jws: string; readonly sha256: string; readonly keys: string };
}

const contentTypes = { json: 'application/json; charset=utf-8', html: 'text/html; charset=utf-8' } as const;

/** The key of a copy is a contact key of its own: it goes with the copy, and with the person. */
const category = 'contact';
const placeOf = (requestId: string): string[] => ['rights.subject_copy', requestId, 'key'];

/**
 * Log -> copy -> signed -> sealed in parts under a one-time key, which is sealed under a key of the key ring made for
 * this copy alone: whoever has an old backup of the rows has nothing once that key is destroyed.
 *
 * Dies while preparing: nothing is there, preparing again makes it. Dies while handing out: the copy is either still
 * whole or marked as collected; the request's own task removes it when its time is over. Two who fetch at once: the
 * row is locked, the second finds it collected.
 */
@Injectable()
export class SubjectCopyFiles {
  constructor(
    private readonly events: SubjectEvents,
    private readonly subjectRows: SubjectRows,
    private readonly signature: CopySignature,
    private readonly sealer: Sealer,
    private readonly keyRing: KeyRing,
    private readonly rows: DataSource,
    private readonly clock: Clock,
    @Inject(RIGHTS_CONFIG) private readonly config: RightsConfig,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  /** @throws SubjectKeyDestroyed the person was erased, or this copy was removed before: there will be none */
  async prepare({ kind, now, requestId, subjectId }: CopyRequest): Promise<PreparedCopy> {
    const before = await this.row(this.rows.manager, requestId);
    if (before !== undefined) return shown(before);
    const expiresAt = new Date(Date.parse(now) + this.config.copyLifetimeMs).toISOString();
    const [events, rows] = await Promise.all([this.events.of(subjectId), this.subjectRows.of(subjectId)]);
    const facts = { requestId, subjectId, preparedAt: now, expiresAt, register: this.register, events, rows };
    const { content, digest } = await this.signature.sign(
      kind === 'access' ? accessCopy(facts) : portabilityCopy(facts),
    );
    const key = oneTimeKey();
    const sealedKey = await this.sealer.sealValue(
      subjectId,
      category,
      placeOf(requestId),
      key.toString('base64'),
      requestId,
    );
    const kept = await this.rows.transaction(async (transaction) => {
      const inserted = await transaction.query<unknown[]>(
        `INSERT INTO rights.subject_copy (request_id, subject_id, kind, digest, sealed_key, prepared_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING request_id`,
        [requestId, subjectId, kind, digest, JSON.stringify(sealedKey), now, expiresAt],
      );
      if (inserted.length === 0) return this.row(transaction, requestId); // prepared elsewhere meanwhile: that one counts
      let number = 0;
      for (const part of sealedParts(key, requestId, content)) {
        await transaction.query(
          'INSERT INTO rights.subject_copy_part (request_id, number, sealed) VALUES ($1, $2, $3)',
          [requestId, number++, part],
        );
      }
      return undefined;
    });
    key.fill(0);
    return kept === undefined ? { digest, expiresAt } : shown(kept);
  }

  /**
   * Hands it out, and removes it.
   *
   * @throws DomainError `gone` fetched, expired or removed
   */
  async collect({ format, now, requestId, subjectId }: CopyCollection): Promise<CollectedCopy> {
    const answer = await this.rows.transaction(async (transaction) => {
      const row = await this.row(transaction, requestId, 'FOR UPDATE');
      if (row !== undefined && row.subject_id !== subjectId) throw new DomainError('not-found');
      if (row === undefined || row.collected_at !== null || row.expires_at.toISOString() <= now) {
        throw new DomainError('gone');
      }
      const content = await this.open(transaction, requestId, row);
      const filename = `${row.kind}-${requestId}.${format}`;
      // Made before the copy counts as collected: a page that cannot be made leaves it as it was.
      const body = format === 'json' ? content : subjectCopyPage(content, filename);
      await transaction.query('UPDATE rights.subject_copy SET collected_at = $2 WHERE request_id = $1', [
        requestId,
        now,
      ]);
      await transaction.query('DELETE FROM rights.subject_copy_part WHERE request_id = $1', [requestId]);
      return { contentType: contentTypes[format], body, filename };
    });
    await this.purge(requestId);
    return answer;
  }

  /** The key first: should it die in between, nobody can read what is left, and the task is still due. */
  async purge(requestId: string): Promise<void> {
    const row = await this.row(this.rows.manager, requestId);
    if (row === undefined) return;
    const reason = { at: this.clock.now(), requestId, kids: [row.sealed_key.kid] };
    await this.keyRing.destroy(row.subject_id, [category], reason);
    await this.rows.query('DELETE FROM rights.subject_copy WHERE request_id = $1', [requestId]);
  }

  /** Whatever waits of a person who was erased. Safe to repeat. */
  async purgeOf(subjectId: string): Promise<void> {
    const rows = await this.rows.query<{ request_id: string }[]>(
      'SELECT request_id FROM rights.subject_copy WHERE subject_id = $1',
      [subjectId],
    );
    for (const { request_id: requestId } of rows) await this.purge(requestId);
  }

  private async row(
    manager: EntityManager,
    requestId: string,
    lock: '' | 'FOR UPDATE' = '',
  ): Promise<CopyRow | undefined> {
    const rows = await manager.query<CopyRow[]>(
      `SELECT subject_id, kind, digest, sealed_key, expires_at, collected_at FROM rights.subject_copy
       WHERE request_id = $1 ${lock}`,
      [requestId],
    );
    return rows[0];
  }

  private async open(transaction: EntityManager, requestId: string, row: CopyRow): Promise<string> {
    const sealedKey = await this.sealer.openValue(row.sealed_key, placeOf(requestId));
    if (isErased(sealedKey)) throw new DomainError('gone');
    const key = Buffer.from(sealedKey as string, 'base64');
    const parts = await transaction.query<{ number: number; sealed: Buffer }[]>(
      'SELECT number, sealed FROM rights.subject_copy_part WHERE request_id = $1 ORDER BY number',
      [requestId],
    );
    const opened = parts.map(({ number, sealed }) =>
      openedPart(key, requestId, number, number === parts.length - 1, sealed),
    );
    key.fill(0);
    return Buffer.concat(opened).toString('utf8');
  }
}

const shown = ({ digest, expires_at }: CopyRow): PreparedCopy => ({ digest, expiresAt: expires_at.toISOString() });
