export { ContactDirectory } from './contact-directory.js';
export { DataKeys, type KeyRequest } from './data-keys.js';
export { normalizedEmail } from './email-address.js';
export { EmailIndex, type EmailOwnerKind, type IndexedEmail } from './email-index.js';
export { EnvelopeSealer } from './envelope-sealer.js';
export { FileKeyEncryption, KeyEncryption, type WrappedKey } from './key-encryption.js';
export { addKeyVersion, readKeyFile, removeKeyVersion } from './key-file.js';
export { keyRingMigrations, keyRingRows } from './key-ring.migrations.js';
export { isLinkToken, linkToken, type LinkUse } from './link-token.js';
export { mailedCode, MailedTokens } from './mailed-tokens.js';
export {
  maskedPersonnummer,
  parsePersonnummer,
  type ParsedPersonnummer,
  type PersonnummerProblem,
} from './personnummer.js';
export { PostgresKeyRing } from './postgres-key-ring.js';
export { keysUnderVersions, rewrap, ringKeys, type WrappedKeys } from './rewrap.js';
export { SuppressionList } from './suppression-list.js';
export { SealedSubjectTokens, UnsubscribeTokens } from './sealed-subject-tokens.js';
