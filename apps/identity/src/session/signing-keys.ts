import { Clock } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { SigningKeySet, wrappedSigningKeys, type SigningKeyTable } from '@dittoo/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const where: SigningKeyTable = { table: 'identity.signing_key', use: 'signing-key' };

/** The key that signs access tokens and the documents a person downloads. */
@Injectable()
export class SigningKeys extends SigningKeySet {
  constructor(rows: DataSource, keys: KeyEncryption, clock: Clock) {
    super(rows, keys, clock, where);
  }
}

export const signingKeysWrapped = wrappedSigningKeys(where);
