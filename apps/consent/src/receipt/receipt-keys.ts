import { Clock } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { SigningKeySet, wrappedSigningKeys, type SigningKeyTable } from '@dittoo/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const where: SigningKeyTable = { table: 'consent.receipt_key', use: 'receipt-key' };

/** The key consent receipts are signed with. Receipts are kept for years, so every public key stays published. */
@Injectable()
export class ReceiptKeys extends SigningKeySet {
  constructor(rows: DataSource, keys: KeyEncryption, clock: Clock) {
    super(rows, keys, clock, where);
  }
}

export const receiptKeysWrapped = wrappedSigningKeys(where);
