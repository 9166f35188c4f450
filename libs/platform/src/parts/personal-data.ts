import { schemaMap } from '@dittoo/contracts';
import type { Clock } from '@dittoo/kernel';
import {
  ContactDirectory,
  EmailIndex,
  EnvelopeSealer,
  FileKeyEncryption,
  PostgresKeyRing,
  SuppressionList,
  UnsubscribeTokens,
  type KeyEncryption,
} from '@dittoo/personal-data';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { PlatformConfig } from '../config/platform.config.js';

/** What opens and seals personal data, and the stores that find a person by their address. */
export interface PersonalData {
  readonly keyEncryption: KeyEncryption;
  readonly keyRing: PostgresKeyRing;
  readonly sealer: EnvelopeSealer;
  readonly contacts: ContactDirectory;
  readonly emails: EmailIndex;
  readonly suppressions: SuppressionList;
  readonly unsubscribeTokens: UnsubscribeTokens;
}

export const openPersonalData = async (
  keyEncryption: KeyEncryption,
  pool: Pool,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<PersonalData> => {
  const keyRing = new PostgresKeyRing(pool, keyEncryption, (problem) => logger.warn(problem));
  await keyRing.start();
  return {
    keyEncryption,
    keyRing,
    sealer: new EnvelopeSealer(schemaMap, keyRing),
    contacts: new ContactDirectory(pool, keyEncryption),
    emails: new EmailIndex(pool, keyEncryption, clock),
    suppressions: new SuppressionList(pool, keyEncryption),
    unsubscribeTokens: new UnsubscribeTokens(keyEncryption),
  };
};

/** The key-encryption key; the embedded default makes its file. @throws Error in words for an operator */
export const openKeyFile = (config: PlatformConfig): KeyEncryption => {
  if (config.generateKeyFile) {
    try {
      FileKeyEncryption.generate(config.keyEncryptionKeyFile);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      throw new Error(`DATA_DIR ${config.dataDir} cannot be used (${code}): name a directory this user may write to`, {
        cause: error,
      });
    }
  }
  return FileKeyEncryption.read(config.keyEncryptionKeyFile);
};
