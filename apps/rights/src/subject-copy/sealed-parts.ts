import { DomainError } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';
import type { CopyContents, CopyParts } from './copy-contents.js';
import { openedPart, sealedPart } from './copy-seal.js';

/** The number of the list that has the copy's contents as its only part. */
const contentsList = 0;
export const firstList = 1;

/**
 * The parts of one copy in rows, sealed under its one-time key: those of the copy, or of a draft of it, of which several
 * may be made at once.
 */
export class SealedParts implements CopyParts {
  constructor(
    private readonly rows: Pick<EntityManager, 'query'>,
    private readonly requestId: string,
    private readonly key: Buffer,
    private readonly draftId: string | null = null,
  ) {}

  /** Only into a draft: a copy does not change. */
  async put(list: number, number: number, content: Buffer): Promise<void> {
    await this.rows.query(
      'INSERT INTO rights.subject_copy_draft (draft_id, request_id, list, number, sealed) VALUES ($1, $2, $3, $4, $5)',
      [this.draftId, this.requestId, list, number, sealedPart(this.key, this.requestId, list, number, content)],
    );
  }

  /** @throws DomainError `gone` it was removed meanwhile */
  async get(list: number, number: number): Promise<Buffer> {
    const [row] = await this.rows.query<{ sealed: Buffer }[]>(
      this.draftId === null
        ? 'SELECT sealed FROM rights.subject_copy_part WHERE request_id = $1 AND list = $2 AND number = $3'
        : 'SELECT sealed FROM rights.subject_copy_draft WHERE draft_id = $1 AND list = $2 AND number = $3',
      [this.draftId ?? this.requestId, list, number],
    );
    if (row === undefined) throw new DomainError('gone');
    return openedPart(this.key, this.requestId, list, number, row.sealed);
  }

  async putContents(contents: CopyContents): Promise<void> {
    await this.put(contentsList, 0, Buffer.from(JSON.stringify(contents), 'utf8'));
  }

  /** @throws DomainError `gone` */
  async contents(): Promise<CopyContents> {
    return JSON.parse((await this.get(contentsList, 0)).toString('utf8')) as CopyContents;
  }

  /** After this nothing can be sealed or opened. */
  forgetKey(): void {
    this.key.fill(0);
  }
}
