/**
 * `node deploy/image/make-keys.mjs KEK_FILE SIGNING_FILE VERIFICATION_FILE` - makes the key files a shop needs, if
 * they do not exist: the key-encryption key, and the Ed25519 pair by which services know the gateway. For laptops:
 * in production keys come from a store of secrets, and the first one is backed up separately from the data.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { FileKeyEncryption } from '../../libs/personal-data/dist/index.js';

const [keyEncryptionKey, signing, verification] = process.argv.slice(2);
if (keyEncryptionKey === undefined || signing === undefined || verification === undefined) {
  console.error('which files? node deploy/image/make-keys.mjs KEK_FILE SIGNING_FILE VERIFICATION_FILE');
  process.exit(1);
}
FileKeyEncryption.generate(keyEncryptionKey);
FileKeyEncryption.read(keyEncryptionKey);
if (!existsSync(signing)) {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(signing, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx', flush: true });
}
// Always from the private half, so that the two always fit.
const publicKey = createPublicKey(createPrivateKey(readFileSync(signing)));
writeFileSync(verification, publicKey.export({ format: 'pem', type: 'spki' }), { mode: 0o644, flush: true });
