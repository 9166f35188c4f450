import {
  Clock,
  DomainError,
  isErased,
  KeyRing,
  newId,
  Sealer,
  SubjectKeyDestroyed,
  type Envelope,
  type Uuid,
} from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import type { CopyKind } from '../rights-request/request-kinds.js';
import { accessFrame, type AccessCopy, type CopyFacts } from './access-copy.js';
import { CopiedPeople } from './copied-people.query.js';
import { CopyWriter, textOf } from './copy-contents.js';
import { oneTimeKey } from './copy-seal.js';
import { CopySignature } from './copy-signature.js';
import { portabilityFrame, type PortabilityCopy } from './portability-copy.js';
import { firstList, SealedParts } from './sealed-parts.js';
import { subjectCopyPage } from './subject-copy.page.js';
import { SubjectRows } from './subject-rows.query.js';

interface CopyRow {
  readonly subject_id: string;
  readonly kind: CopyRequest['kind'];
  readonly digest: string;
  readonly sealed_key: Envelope;
  readonly expires_at: Date;
  readonly collected_at: Date | null;
}

export interface CopyRequest {
  readonly requestId: Uuid;
  readonly subjectId: Uuid;
  readonly kind: CopyKind;
  /** RFC 3339. */
  readonly now: string;
}

export interface PreparedCopy {
  /** SHA-256 of the signed copy, hex. */
  readonly digest: string;
  readonly expiresAt: string;
}

export interface CopyCollection extends Omit<CopyRequest, 'kind'> {
  readonly format: 'json' | 'html';
}

export interface CollectedCopy {
  readonly contentType: string;
  readonly filename: string;
  /** Can be read once, to its end or not: afterwards the copy is deleted. */
  readonly content: AsyncIterable<Buffer>;
}

/** The contents of the file. */
export interface CopyFile {
  readonly copy: AccessCopy | PortabilityCopy;
  readonly signature: { readonly jws: string; readonly sha256: string; readonly keys: string };
}

const contentTypes = { json: 'application/json; charset=utf-8', html: 'text/html; charset=utf-8' } as const;

/** A copy has its own contact key, which is destroyed with the copy, or with the person's keys. */
const category = 'contact';
const placeOf = (requestId: string): string[] => ['rights.subject_copy', requestId, 'key'];

/** Limit for sending a copy. Then the rest of it is deleted, even if it is still being read. */
const handoverMs = 10 * 60_000;

/**
 * Log -> copy -> sealed in parts under a one-time key -> signed. The one-time key is sealed under a key of the key ring
 * for this copy only: once that key is destroyed, an old backup of the rows is unreadable. A copy is never in memory as
 * a whole, neither while it is made nor while it is sent.
 *
 * No transaction is open while keys are opened, the life is read or the copy is signed: a copy grows as a draft, which
 * becomes the copy in one statement.
 *
 * If the process dies while preparing, its draft is unreadable, because its key was only in memory; preparing is
 * repeated. If it dies while sending, the copy is marked as collected, and the request's task deletes it. Of two
 * concurrent preparations the first to finish counts. Of two concurrent fetches one marks the copy as collected.
 */
@Injectable()
export class SubjectCopyFiles {
  constructor(
    private readonly people: CopiedPeople,
    private readonly subjectRows: SubjectRows,
    private readonly signature: CopySignature,
    private readonly sealer: Sealer,
    private readonly keyRing: KeyRing,
    private readonly rows: DataSource,
    private readonly clock: Clock,
    @Inject(RIGHTS_CONFIG) private readonly config: RightsConfig,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  /** @throws SubjectKeyDestroyed the person was erased, or this copy was deleted before: there will be none */
  async prepare({ kind, now, requestId, subjectId }: CopyRequest): Promise<PreparedCopy> {
    const before = await this.row(requestId);
    if (before !== undefined) return shown(before);
    const expiresAt = new Date(Date.parse(now) + this.config.copyLifetimeMs).toISOString();
    const [own, ...joined] = await this.people.of(subjectId);
    const rows = await this.subjectRows.of(subjectId);
    const place = { requestId, subjectId, preparedAt: now, expiresAt };
    const facts = { ...place, ...own, register: this.register, rows, joined };
    const key = oneTimeKey();
    const sealedKey = await this.sealer.sealValue(
      subjectId,
      category,
      placeOf(requestId),
      key.toString('base64'),
      requestId,
    );
    const draftId = newId();
    try {
      const parts = new SealedParts(this.rows.manager, requestId, key, draftId);
      const digest = await this.write(kind, facts, parts);
      const row = [requestId, subjectId, kind, digest, JSON.stringify(sealedKey), now, expiresAt, draftId];
      if (await this.store(row)) return { digest, expiresAt };
      const other = await this.row(requestId); // another process prepared it meanwhile: that counts
      if (other !== undefined) return shown(other);
      throw new SubjectKeyDestroyed(sealedKey.kid);
    } finally {
      key.fill(0);
      await this.discard(draftId);
    }
  }

  /** Makes a draft the copy, in one statement. @returns whether it did: there is one copy of a request */
  private async store(row: readonly unknown[]): Promise<boolean> {
    const stored = await this.rows.query<unknown[]>(
      `WITH copy AS (
         INSERT INTO rights.subject_copy (request_id, subject_id, kind, digest, sealed_key, prepared_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING request_id)
       INSERT INTO rights.subject_copy_part (request_id, list, number, sealed)
       SELECT request_id, list, number, sealed FROM rights.subject_copy_draft JOIN copy USING (request_id)
        WHERE draft_id = $8 RETURNING request_id`,
      [...row],
    );
    return stored.length > 0;
  }

  /** Deletes a draft, and those that processes left which died: their one-time keys were only in memory. */
  private async discard(draftId: string): Promise<void> {
    await this.rows.query(
      `DELETE FROM rights.subject_copy_draft WHERE draft_id = $1 OR made_at < now() - interval '1 day'`,
      [draftId],
    );
  }

  /**
   * Hands the copy out, and deletes it after it was read.
   *
   * @throws DomainError `gone` fetched, expired or removed
   */
  async collect({ format, now, requestId, subjectId }: CopyCollection): Promise<CollectedCopy> {
    const row = await this.row(requestId);
    if (row !== undefined && row.subject_id !== subjectId) throw new DomainError('not-found');
    if (row === undefined || row.collected_at !== null || row.expires_at.toISOString() <= now) {
      throw new DomainError('gone');
    }
    const parts = await this.open(requestId, row);
    // Opened before the copy is marked as collected, so that one that cannot be opened stays unchanged.
    const contents = await parts.contents();
    if (!(await this.markCollected(requestId, now))) {
      parts.forgetKey();
      throw new DomainError('gone');
    }
    const filename = `${row.kind}-${requestId}.${format}`;
    const content = format === 'json' ? textOf(contents, parts) : subjectCopyPage(contents, parts, filename);
    return { contentType: contentTypes[format], filename, content: this.thenRemoved(content, requestId, parts) };
  }

  /** @returns `false` = it was collected or removed meanwhile */
  private async markCollected(requestId: string, now: string): Promise<boolean> {
    const [, marked] = await this.rows.query<[unknown[], number]>(
      'UPDATE rights.subject_copy SET collected_at = $2 WHERE request_id = $1 AND collected_at IS NULL',
      [requestId, now],
    );
    return marked === 1;
  }

  /** Whether it was collected and may still be in transfer. */
  async isBeingSent(requestId: string): Promise<boolean> {
    const collectedAt = (await this.row(requestId))?.collected_at ?? null;
    return collectedAt !== null && collectedAt.getTime() + handoverMs > Date.parse(this.clock.now());
  }

  /** Destroys the key first: if the process dies in between, the rest is unreadable, and the task is still due. */
  async purge(requestId: string): Promise<void> {
    const row = await this.row(requestId);
    if (row === undefined) return;
    const reason = { at: this.clock.now(), requestId, kids: [row.sealed_key.kid] };
    await this.keyRing.destroy(row.subject_id, [category], reason);
    await this.rows.query('DELETE FROM rights.subject_copy WHERE request_id = $1', [requestId]);
  }

  /** Deletes all copies of an erased person. Safe to repeat. */
  async purgeOf(subjectId: string): Promise<void> {
    const rows = await this.rows.query<{ request_id: string }[]>(
      'SELECT request_id FROM rights.subject_copy WHERE subject_id = $1',
      [subjectId],
    );
    for (const { request_id: requestId } of rows) await this.purge(requestId);
  }

  private async row(requestId: string): Promise<CopyRow | undefined> {
    const rows = await this.rows.query<CopyRow[]>(
      `SELECT subject_id, kind, digest, sealed_key, expires_at, collected_at FROM rights.subject_copy
       WHERE request_id = $1`,
      [requestId],
    );
    return rows[0];
  }

  /** @returns the digest of the written copy */
  private async write(kind: CopyKind, facts: CopyFacts, parts: SealedParts): Promise<string> {
    const writer = new CopyWriter(parts, firstList);
    const frame = kind === 'access' ? await accessFrame(facts, writer) : await portabilityFrame(facts, writer);
    const { contents, digest } = await this.signature.sign(facts.requestId, await writer.finish(frame), parts);
    await parts.putContents(contents);
    return digest;
  }

  private async open(requestId: string, row: CopyRow): Promise<SealedParts> {
    const sealedKey = await this.sealer.openValue(row.sealed_key, placeOf(requestId));
    if (isErased(sealedKey)) throw new DomainError('gone');
    return new SealedParts(this.rows.manager, requestId, Buffer.from(sealedKey as string, 'base64'));
  }

  private async *thenRemoved(
    content: AsyncIterable<Buffer>,
    requestId: string,
    parts: SealedParts,
  ): AsyncGenerator<Buffer> {
    try {
      yield* content;
    } finally {
      parts.forgetKey();
      await this.purge(requestId);
    }
  }
}

const shown = ({ digest, expires_at }: CopyRow): PreparedCopy => ({ digest, expiresAt: expires_at.toISOString() });
