export { DataKeys, type KeyRequest } from './data-keys.js';
export { normalizedEmail } from './email-address.js';
export { EmailIndex, type EmailOwnerKind, type IndexedEmail } from './email-index.js';
export { EnvelopeSealer } from './envelope-sealer.js';
export { FileKeyEncryption, KeyEncryption, type WrappedKey } from './key-encryption.js';
export { addKeyVersion, readKeyFile, removeKeyVersion } from './key-file.js';
export { keyRingMigrations } from './key-ring.migrations.js';
export { isLinkToken, linkToken, type LinkUse } from './link-token.js';
export {
  maskedPersonnummer,
  parsePersonnummer,
  type ParsedPersonnummer,
  type PersonnummerProblem,
} from './personnummer.js';
export { PostgresContactDirectory } from './postgres-contact-directory.js';
export { PostgresKeyRing } from './postgres-key-ring.js';
export { keysUnderVersions, rewrap, ringKeys, type WrappedKeys } from './rewrap.js';
export { PostgresSuppressionList } from './postgres-suppression-list.js';
export { SealedSubjectTokens } from './sealed-subject-tokens.js';
