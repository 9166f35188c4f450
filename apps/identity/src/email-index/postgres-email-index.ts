import type { Role } from '@dittoo/contracts';
import { Clock } from '@dittoo/kernel';
import { KeyEncryption, normalizedEmail } from '@dittoo/personal-data';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EmailIndex, type IndexedEmail } from './email-index.port.js';

interface Row {
  readonly subject_id: string;
  readonly kind: Role;
  readonly reserved_at: Date;
}

@Injectable()
export class PostgresEmailIndex extends EmailIndex {
  constructor(
    private readonly rows: DataSource,
    private readonly keys: KeyEncryption,
    private readonly clock: Clock,
  ) {
    super();
  }

  override keyOf(email: string): string {
    return this.bidx(email).toString('hex');
  }

  override async find(email: string): Promise<IndexedEmail | null> {
    const [row] = await this.rows.query<Row[]>(
      'SELECT subject_id, kind, reserved_at FROM identity.email_index WHERE bidx = $1',
      [this.bidx(email)],
    );
    return row === undefined
      ? null
      : { subjectId: row.subject_id, kind: row.kind, reservedAt: row.reserved_at.toISOString() };
  }

  override async reserve(email: string, subjectId: string, kind: Role): Promise<IndexedEmail> {
    for (;;) {
      await this.rows.query(
        `INSERT INTO identity.email_index (bidx, subject_id, kind, reserved_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING`,
        [this.bidx(email), subjectId, kind, this.clock.now()],
      );
      const found = await this.find(email);
      if (found !== null) return found;
    }
  }

  override async takeOver(email: string, from: string, to: string): Promise<boolean> {
    const moved = await this.rows.query<[unknown[], number]>(
      `UPDATE identity.email_index SET subject_id = $3, kind = 'customer', reserved_at = $4
       WHERE bidx = $1 AND subject_id = $2 RETURNING subject_id`,
      [this.bidx(email), from, to, this.clock.now()],
    );
    return moved[1] === 1;
  }

  override async keepOnly(subjectId: string, email: string): Promise<void> {
    await this.rows.query('DELETE FROM identity.email_index WHERE subject_id = $1 AND bidx <> $2', [
      subjectId,
      this.bidx(email),
    ]);
  }

  override async forget(subjectId: string): Promise<void> {
    await this.rows.query('DELETE FROM identity.email_index WHERE subject_id = $1', [subjectId]);
  }

  override async holds(kind: Role): Promise<boolean> {
    const rows = await this.rows.query<unknown[]>('SELECT 1 FROM identity.email_index WHERE kind = $1 LIMIT 1', [kind]);
    return rows.length > 0;
  }

  private bidx(email: string): Buffer {
    return this.keys.keyedHash('email', normalizedEmail(email));
  }
}
