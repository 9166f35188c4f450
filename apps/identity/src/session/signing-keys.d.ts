import { Clock } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { SigningKeySet } from '@dittoo/platform';
import { DataSource } from 'typeorm';
/** The key access tokens and what a person takes home are signed with. */
export declare class SigningKeys extends SigningKeySet {
  constructor(rows: DataSource, keys: KeyEncryption, clock: Clock);
}
export declare const signingKeysWrapped: import('@dittoo/personal-data').WrappedKeys;
//# sourceMappingURL=signing-keys.d.ts.map
