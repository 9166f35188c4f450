import { Clock } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { SigningKeySet, wrappedSigningKeys, type SigningKeyTable } from '@dittoo/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const where: SigningKeyTable = { table: 'rights.document_key', use: 'document-key' };

/** The signing key of copies and certificates. People keep them for years, so every public key stays published. */
@Injectable()
export class DocumentKeys extends SigningKeySet {
  constructor(rows: DataSource, keys: KeyEncryption, clock: Clock) {
    super(rows, keys, clock, where);
  }
}

export const documentKeysWrapped = wrappedSigningKeys(where);
