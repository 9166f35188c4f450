import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { KnownContact } from './known-contact.entity.js';

@Injectable()
export class KnownContacts {
  constructor(private readonly rows: DataSource) {}

  /** Does any service hold something of this contact? */
  async has(subjectId: string, transaction: EntityManager = this.rows.manager): Promise<boolean> {
    return transaction.existsBy(KnownContact, { subjectId });
  }
}
