export { DataKeys, type KeyRequest } from './data-keys.js';
export { normalizedEmail } from './email-address.js';
export { EnvelopeSealer } from './envelope-sealer.js';
export { FileKeyEncryption, KeyEncryption, type WrappedKey } from './key-encryption.js';
export { keyRingMigrations } from './key-ring.migrations.js';
export {
  maskedPersonnummer,
  parsePersonnummer,
  type ParsedPersonnummer,
  type PersonnummerProblem,
} from './personnummer.js';
export { PostgresContactDirectory } from './postgres-contact-directory.js';
export { PostgresKeyRing } from './postgres-key-ring.js';
export { PostgresSuppressionList } from './postgres-suppression-list.js';
export { SealedSubjectTokens } from './sealed-subject-tokens.js';
